/* Release of call n on board b, slot s: the second meeting, after GO. */

inline ReadReleaseText(slot, view) {
  HOLDS(4, NUMBER_OF(RELEASE_TEXT(slot, release_by[slot])) == n);
  view = CAUSE_OF(RELEASE_TEXT(slot, release_by[slot]))
}

/* Arrives, with a cause or with 0. Who finds the word closed fails, whatever it has read. */
inline ArriveInRelease(why, view) {
  if
  OR_DIES
  :: why != 0 -> RELEASE_TEXT(s, me) = TEXT(n, why)
  :: why == 0
  fi;
#ifdef BUG_RELEASED_BEFORE_ARRIVAL
  RELEASED(b, me) = n;
#endif
  STEP
    HOLDS(3, release_number[s] <= n);
    if
    :: release_number[s] == n && release_closed[s] ->
       READING(b, me) = 0;
       ReadReleaseText(s, view)
    :: else ->
       if
       :: release_number[s] < n ->
          release_number[s] = n;
          release_count[s] = 0;
          release_failed[s] = false;
          release_closed[s] = false
       :: else
       fi;
       release_count[s]++;
       if /* the lowest failing rank explains */
       :: why != 0 && (!release_failed[s] || release_by[s] > me) ->
          release_failed[s] = true;
          release_by[s] = me
       :: else
       fi;
       if
       :: READING(b, me) == n -> StopReading()
       :: else
       fi
    fi
  END_STEP;
#ifndef BUG_RELEASED_BEFORE_ARRIVAL
  STEP
    RELEASED(b, me) = n
  END_STEP
#endif
}

/* Ends the release now, for everybody: nothing in the word changes afterwards. */
inline Close(why) {
  if
  OR_DIES
  :: atomic { !release_failed[s] -> RELEASE_TEXT(s, me) = TEXT(n, why) }
  :: release_failed[s]
  fi;
  STEP
    if
    :: !RELEASE_DECIDED(s, n, b) ->
       release_closed[s] = true;
       if
       :: !release_failed[s] -> release_failed[s] = true; release_by[s] = me
       :: else
       fi
    :: else
    fi
  END_STEP
}

#define LIVE_HAS_RELEASED(b, n, r) (dead[r] || RELEASED(b, r) >= (n))
#define DIED_UNRELEASED(b, n, r) (dead[r] && RELEASED(b, r) < (n))
#define LIVES_UNRELEASED(b, n, r) (!dead[r] && RELEASED(b, r) < (n))

/* After the own arrival: waits until everybody has arrived, or somebody has closed the word. No
 * failure elsewhere ends this wait. */
inline AwaitRelease(view) {
  do
  OR_DIES
  :: atomic {
       RELEASE_DECIDED(s, n, b) ->
       if
       :: release_failed[s] -> ReadReleaseText(s, view)
       :: else -> view = OK
       fi;
       break
     }
#ifdef BUG_RELEASE_WATCHES
  :: atomic { HAS_TP(me) && FAILED_ON(o) -> ReadVerdict(o, view); break }
#endif
#ifdef DEATH
#ifdef BUG_BELIEVES_OLD_READ
  :: !RELEASE_DECIDED(s, n, b) -> /* its owner may arrive now, and die */
     if
     :: atomic {
          ANY(DIED_UNRELEASED, b, n) && ALL(LIVE_HAS_RELEASED, b, n) ->
          view = GONE + LOWEST(DIED_UNRELEASED, b, n);
          break
        }
     :: RELEASE_DECIDED(s, n, b)
     fi
#else
  :: atomic {
       !RELEASE_DECIDED(s, n, b) && ANY(DIED_UNRELEASED, b, n) && ALL(LIVE_HAS_RELEASED, b, n) ->
       late_cause = GONE + LOWEST(DIED_UNRELEASED, b, n)
     };
     Close(late_cause)
#endif
#endif
#ifdef STALL
  :: atomic {
       faults < FAULTS && !RELEASE_DECIDED(s, n, b) && ANY(LIVES_UNRELEASED, b, n) ->
       faults++;
       faulted[n] = true;
       stalled[n] = true;
       GAVE_UP(b, n) = true
     };
#ifdef BUG_GIVES_UP_SILENTLY
     view = GIVEN_UP + me;
     break
#else
     Close(GIVEN_UP + me)
#endif
#endif
  od
}
