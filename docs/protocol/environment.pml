/* What comes from outside: deaths, and streams that are aborted. Declared last: the ranks are the
 * processes 0, 1, ... */

#ifdef ABORT
/* Another thread of one rank aborts its stream: the running call learns of it, the queued calls
 * up to `last` are dropped. Whoever sets `begun` first, runs or drops the call. */
active proctype Aborter() {
  byte me;
  byte last;
  byte n = 1;
  byte k;
  byte b;
  byte s;
  byte o;
  atomic {
    if
    :: me = 0
#if NUM_BOARDS == 1
    :: me = 1
#endif
    fi;
    if
    :: last = 1
#if NUM_BOARDS == 1
    :: last = CALLS
#endif
    fi;
    aborted[me] = last;
    do /* calls that it can still spoil */
    :: n > last -> n = 1; break
    :: else -> faulted[n] = (left[me] < n || faulted[n]); n++
    od
  };
  do
  :: n > last -> break
  :: else ->
     if
#ifdef BUG_DROPS_AND_RUNS
     :: atomic { true -> fatal[n] = true };
#else
     :: BEGUN(me, n)
     :: atomic { !BEGUN(me, n) -> BEGUN(me, n) = true; fatal[n] = true };
#endif
        k = 0;
#ifndef BUG_DROPS_EARLY
        left[me] + SLOTS >= n; /* its calls that used the same slot have left */
#endif
        do
#ifdef BUG_DROPS_SILENTLY
        :: break
#endif
        :: k == BOARDS_OF(me) -> break
        :: else ->
           HERE;
           TryFail(DROPPED + me, MAY_FAIL(b, s, n));
           k++
        od;
        atomic { Answer(); DROP_DONE(me, n) = true }
     fi;
     n++
  od
}
#endif
