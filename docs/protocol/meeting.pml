/* The meeting of the call that a process is in: number n, rank me, board b, slot s. `view` receives
 * what the rank learns: OK for GO, else a cause. */

/* The text that the verdict names. A text of a later call in this place means that the slot has
 * been taken over. */
inline ReadMeetText(slot, view) {
  if
  :: NUMBER_OF(MEET_TEXT(slot, meet_by[slot])) > n -> view = LOST
  :: else ->
     HOLDS(4, NUMBER_OF(MEET_TEXT(slot, meet_by[slot])) == n);
     view = CAUSE_OF(MEET_TEXT(slot, meet_by[slot]))
  fi
}

/* To be used when DECIDED. */
inline ReadVerdict(slot, view) {
  if
  :: meet_number[slot] > n -> view = LOST
  :: meet_number[slot] == n && meet_state[slot] == FAILED -> ReadMeetText(slot, view)
  :: else -> view = OK
  fi
}

/* One compare-and-swap. The rank that completes the count is the decider. */
inline Arrive(view) {
  STEP
    if
    :: DECIDED(s, n) -> ReadVerdict(s, view); HOLDS(2, view != OK)
    :: else ->
       if
       :: meet_number[s] < n ->
          meet_number[s] = n;
          meet_state[s] = OPEN;
          meet_arrived[s] = 1;
          meet_by[s] = 0
       :: else -> meet_arrived[s]++
       fi;
       HOLDS(7, meet_arrived[s] <= SIZE(b));
       if
       :: meet_arrived[s] == SIZE(b) -> meet_by[s] = me; decides = true; DECIDING(b, me) = n
       :: else
       fi;
       phase[k] = ARRIVED
#ifdef BUG_READS_BEFORE_GO
       ; StartReading()
#endif
    fi
  END_STEP
}

/* Whether anybody may fail the call. When everybody has arrived it is up to the decider, unless
 * that one is dead. */
#ifdef BUG_OVERTAKES_DECIDER
#define MAY_FAIL(b, s, n) (!DECIDED(s, n))
#elif defined(BUG_NO_TAKEOVER)
#define MAY_FAIL(b, s, n) (!DECIDED(s, n) && !EVERYBODY_ARRIVED(s, n, b))
#else
#define MAY_FAIL(b, s, n) \
  (!DECIDED(s, n) && (!EVERYBODY_ARRIVED(s, n, b) || dead[meet_by[s]]))
#endif

/* Writes the rank's own text, unless the verdict may already name it. */
inline WriteMeetText(why) {
  STEP
    if
#ifndef BUG_REWRITES_TEXT
    :: DECIDED(s, n)
#endif
    :: else ->
       HOLDS(4, !(meet_number[s] == n && meet_state[s] == FAILED && meet_by[s] == me));
       MEET_TEXT(s, me) = TEXT(n, why)
    fi
  END_STEP
}

/* One compare-and-swap to FAILED; without effect where it is not allowed. */
inline SwapToFailed(allowed) {
  STEP
    if
    :: allowed ->
       if
       :: meet_number[s] < n ->
          meet_number[s] = n;
          meet_state[s] = OPEN;
          meet_arrived[s] = 0
       :: else
       fi;
       SetVerdict(FAILED, me)
    :: else
    fi
  END_STEP
}

inline TryFail(why, allowed) {
#ifdef BUG_TEXT_AFTER_VERDICT
  SwapToFailed(allowed);
  WriteMeetText(why)
#else
  WriteMeetText(why);
  SwapToFailed(allowed)
#endif
}

inline SwapAsDecider(to) {
  STEP
    if
    :: !DECIDED(s, n) -> HOLDS(2, ALL(HOLDS_CALL, b, n)); SetVerdict(to, me)
    :: else
    fi;
    DECIDING(b, me) = 0
  END_STEP
}

/* The decider has read all records: GO, or FAILED because of the lowest rank with bad input. It
 * swaps, since it may have been taken for stalled. */
inline Decide() {
  if
  OR_DIES
  :: ANY(HAS_BAD_INPUT, b, n) ->
     WriteMeetText(BAD_INPUT + LOWEST(HAS_BAD_INPUT, b, n));
     SwapAsDecider(FAILED)
  :: !ANY(HAS_BAD_INPUT, b, n) -> SwapAsDecider(GO)
  fi;
  decides = false
}

#define FAILED_ON(slot) \
  (meet_number[slot] > n || (meet_number[slot] == n && meet_state[slot] == FAILED))

#define RELEASE_FAILED_ON(slot) (release_number[slot] == n && release_failed[slot])

/* After its arrival: waits until the verdict is there, or until the call has failed on its other
 * board, slot o, in the meeting or in the release. */
inline AwaitVerdict(view) {
  do
  OR_DIES
  :: atomic {
       DECIDED(s, n) ->
       ReadVerdict(s, view);
#ifndef BUG_READS_BEFORE_GO
       if
       :: view == OK -> StartReading()
       :: else
       fi;
#endif
       break
     }
  :: atomic {
       HAS_TP(me) && FAILED_ON(o) ->
       ReadVerdict(o, view);
       break
     }
  :: atomic {
       HAS_TP(me) && RELEASE_FAILED_ON(o) ->
       ReadReleaseText(o, view);
       break
     }
#ifdef TIMEOUT
  :: atomic {
       faults < FAULTS && !DECIDED(s, n) && !EVERYBODY_ARRIVED(s, n, b) ->
       faults++;
       faulted[n] = true
     };
     TryFail(TIMED_OUT + me, MAY_FAIL(b, s, n))
#endif
#ifdef STALL /* the decider's process is stopped: after the wait limit anybody may fail the call */
  :: atomic {
       faults < FAULTS && !DECIDED(s, n) && EVERYBODY_ARRIVED(s, n, b) ->
       faults++;
       faulted[n] = true;
       stalled[n] = true;
       GAVE_UP(b, n) = true
     };
     TryFail(GIVEN_UP + me, !DECIDED(s, n))
#endif
#if defined(DEATH) || defined(DESTROY)
  :: ANY(IS_GONE, b, n) && MAY_FAIL(b, s, n) ->
     TryFail(GONE + LOWEST(IS_GONE, b, n), MAY_FAIL(b, s, n))
#endif
#ifdef ABORT
#ifdef BUG_ABORT_OUTLIVES_CALL
  :: aborted[me] != 0 && MAY_FAIL(b, s, n) -> TryFail(DROPPED + me, MAY_FAIL(b, s, n))
#endif
  :: aborted[me] >= n && MAY_FAIL(b, s, n) ->
     TryFail(DROPPED + me, MAY_FAIL(b, s, n))
#endif
  od
}
