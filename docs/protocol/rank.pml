/* One rank: its calls one after another (comm::RunCall), each on one or two boards. */

#define HERE b = BOARD(me, n, k); s = SLOT(b, n); o = SLOT(BOARD(me, n, 1 - k), n)

inline Publish() {
  d_step {
    k = 0;
    do
    :: k < BOARDS_OF(me) ->
       HERE;
       RECORD(b, me, n) = 2 * n + bad_input;
       k++
    :: else -> break
    od;
    bad_input = false;
    k = 0
  }
}

/* Gives `cause` to the k-th board: fails its meeting, or arrives in its Release with the cause. A
 * rank that has arrived somewhere stays until the meeting there is decided. */
inline Spread() {
#ifdef BUG_REWRITES_TEXT
  WriteMeetText(cause);
#endif
  do
  OR_DIES
  :: atomic { DECIDED(s, n) -> ReadVerdict(s, seen[k]); break }
  :: MAY_FAIL(b, s, n) -> TryFail(cause, MAY_FAIL(b, s, n))
#ifdef STALL
  :: atomic {
       faults < FAULTS && !DECIDED(s, n) && EVERYBODY_ARRIVED(s, n, b) ->
       faults++;
       stalled[n] = true;
       GAVE_UP(b, n) = true
     };
     TryFail(cause, !DECIDED(s, n))
#endif
#ifdef BUG_LEAVES_UNDECIDED
  :: !DECIDED(s, n) && !MAY_FAIL(b, s, n) -> seen[k] = cause; break
#endif
  od;
  if
  :: seen[k] == OK && phase[k] == ARRIVED ->
     seen[k] = 0;
#ifdef BUG_FAILS_WITHOUT_RELEASE
     seen[k] = cause;
     phase[k] = DONE
#else
     ArriveInRelease(cause, seen[k]);
     phase[k] = IN_RELEASE
#ifdef BUG_WAITS_TOO_EARLY
     ; AwaitRelease(seen[k])
#endif
#endif
  :: seen[k] != OK -> phase[k] = DONE
  fi
}

/* The end of a call: what it throws is what its EP board says, else what its TP board says. */
inline Leave() {
  atomic {
    k = 0;
    do
    :: k == BOARDS_OF(me) -> break
    :: else ->
       HERE;
       HOLDS(3, NOBODY_READS(b, n));
       SeeVerdict(seen[k]);
       k++
    od;
    /* 5: what the second board hears of the first; and of both if it was known before Release */
    HOLDS(5, !HAS_TP(me) || seen[0] == OK || seen[1] != OK);
    k = (HAS_TP(me) && !EP_FIRST(n) -> 1 : 0); /* EP */
#ifdef BUG_THROWS_ITS_OWN
    cause = (cause == 0 -> OK : cause);
#else
    cause = (seen[k] != OK || !HAS_TP(me) -> seen[k] : seen[1 - k]);
#endif
    CheckOutcome(EP_OF(me), cause);
    Answer();
    left[me] = n;
    seen[0] = 0; seen[1] = 0; phase[0] = 0; phase[1] = 0;
    cause = 0; k = 0; b = 0; s = 0; late_cause = 0; o = 0;
    n++
  }
}

active [NUM_RANKS] proctype Rank() {
  byte me = _pid;
  byte n = 1;      /* the call */
  byte k;          /* which of its boards */
  byte b;          /* that board, */
  byte s;          /* and its slot */
  byte o;          /* the slot of the other board */
  byte cause;      /* why the call fails here, 0 = it does not */
  byte seen[2];    /* by k: the verdict, 0 = none yet */
  byte phase[2];
  bool bad_input;
  bool decides;
  byte late_cause;

  do
  OR_DIES
  :: n > CALLS -> break
#ifdef DESTROY
  :: atomic { n == 2 && me == 0 ->
       destroyed_after[0] = 1; faulted[2] = true; fatal[2] = true; break }
#endif
#ifdef ABORT
  :: atomic { DROP_DONE(me, n) -> left[me] = n; n++ }
  :: atomic { n <= CALLS && !BEGUN(me, n) -> BEGUN(me, n) = true };
#else
  :: n <= CALLS ->
#endif
#ifdef INPUT
     if
     :: atomic { faults < FAULTS -> faults++; faulted[n] = true; fatal[n] = true };
        bad_input = true
     :: true
     fi;
#endif
     Publish();

     /* meet and move */
     do
     :: k == BOARDS_OF(me) || cause != 0 -> break
     :: else ->
        HERE;
        Arrive(cause);
        if
        :: cause == 0 ->
           if
           :: decides -> Decide()
           :: else
           fi;
           AwaitVerdict(cause);
           if
           :: cause == OK -> cause = 0
           :: else
           fi
        :: else
        fi;
        k++;
#ifdef LATE
        if
        :: atomic { cause == 0 && faults < FAULTS ->
             faults++; faulted[n] = true; fatal[n] = true; cause = FAILED_LATE + me }
        :: true
        fi
#endif
     od;

     /* a failure goes to all boards of the call, before this rank waits on any */
#ifndef BUG_NO_SPREAD
     k = 0;
     do
     :: k == BOARDS_OF(me) || cause == 0 -> break
     :: else ->
        HERE;
#ifdef BUG_WAITS_TOO_EARLY
        k = 1 - k; HERE; Spread(); k = 1 - k;
#else
        Spread();
#endif
        k++
     od;
#endif

     /* release */
     k = 0;
     do
     :: k == BOARDS_OF(me) -> break
     :: else ->
        HERE;
        if
        :: phase[k] == ARRIVED ->
           ArriveInRelease(cause, seen[k]);
           phase[k] = IN_RELEASE
        :: else
        fi;
        if
        :: phase[k] == IN_RELEASE && seen[k] == 0 -> AwaitRelease(seen[k])
        :: else
        fi;
        phase[k] = DONE;
        if
        :: seen[k] != OK && cause == 0 -> cause = seen[k]
        :: else
        fi;
        k++
     od;

     Leave()
  od;
end_gone:
  false /* finished or dead: the one place where a rank may stay */
}
