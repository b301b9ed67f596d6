/* Two-phase commit as in examples/models/two_phase_commit.rs, for N resource managers.
 *
 * Each step is one action of that model, so that there are as many states and as many
 * transitions. All of it is one process: one for each manager would make the state
 * vector twice as long and nothing faster. How many have aborted and committed follows
 * from the rest of the state; it makes the assertion cheap.
 */

#define ALL ((1 << N) - 1)

mtype = { working, prepared, committed, aborted };
mtype = { undecided, commit, abort };

mtype manager[N] = working;
mtype decision = undecided;
short sent = 0;
short received = 0;
byte has_committed = 0;
byte has_aborted = 0;

inline set(i, what) {
    has_committed = has_committed - (manager[i] == committed) + (what == committed);
    has_aborted = has_aborted - (manager[i] == aborted) + (what == aborted);
    manager[i] = what;
    assert(has_committed == 0 || has_aborted == 0)
}

#define STEPS(i) \
    :: d_step { decision == undecided && (sent & (1 << i)) -> \
           received = received | (1 << i) } \
    :: d_step { manager[i] == working -> \
           manager[i] = prepared; sent = sent | (1 << i) } \
    :: d_step { manager[i] == working -> set(i, aborted) } \
    :: d_step { decision == commit -> set(i, committed) } \
    :: d_step { decision == abort -> set(i, aborted) }

active proctype all() {
    do
    :: d_step { decision == undecided && received == ALL -> decision = commit }
    :: d_step { decision == undecided -> decision = abort }
    STEPS(0)
#if N > 1
    STEPS(1)
#endif
#if N > 2
    STEPS(2)
#endif
#if N > 3
    STEPS(3)
#endif
#if N > 4
    STEPS(4)
#endif
#if N > 5
    STEPS(5)
#endif
#if N > 6
    STEPS(6)
#endif
#if N > 7
    STEPS(7)
#endif
#if N > 8
    STEPS(8)
#endif
#if N > 9
    STEPS(9)
#endif
#if N > 10
    STEPS(10)
#endif
#if N > 11
    STEPS(11)
#endif
    od
}
