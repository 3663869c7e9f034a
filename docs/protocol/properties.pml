/* What must hold: ghost variables, which the protocol never reads, and assertions over them.
 * README.md states each property in a sentence under the number p used here. */

#define HOLDS(p, condition) assert((p) > 0 && (condition)) /* check.sh finds p in pan's output */

/* Ranks that read on a board: the call number between GO and the arrival in Release, else 0. */
byte reading[NUM_BOARDS * MAX_RANKS];
#define READING(b, r) reading[(b) * MAX_RANKS + (r)]
byte deciding[NUM_BOARDS * MAX_RANKS]; /* likewise, while the decider reads all records */
#define DECIDING(b, r) deciding[(b) * MAX_RANKS + (r)]

byte left[MAX_RANKS]; /* last call that the rank has left: from here on it may change its rows */

byte verdict[NUM_BOARDS * (CALLS + 1)]; /* what the first rank to finish saw: OK or a cause */
#define VERDICT(b, n) verdict[(b) * (CALLS + 1) + (n)]
byte thrown[NUM_BOARDS * (CALLS + 1)]; /* what the ranks of an EP board throw, or OK */
#define THROWN(b, n) thrown[(b) * (CALLS + 1) + (n)]
byte outcome[CALLS + 1]; /* on all boards together: OK or a cause */
byte answers[MAX_RANKS * (CALLS + 1)];
#define ANSWERS(r, n) answers[(r) * (CALLS + 1) + (n)]

byte faults;             /* how many have happened */
bool faulted[CALLS + 1]; /* something went wrong in this call */
bool fatal[CALLS + 1];   /* and in a way that must fail it */
bool somebody_died;
bool stalled[CALLS + 1]; /* a rank stopped waiting for a stalled one (STALL) in this call, */
bool gave_up[NUM_BOARDS * (CALLS + 1)]; /* and on this board */
#define GAVE_UP(b, n) gave_up[(b) * (CALLS + 1) + (n)]

#define HOLDS_CALL(b, n, r) (RECORD(b, r, n) / 2 == (n) && left[r] < (n))
#define IS_READING(b, n, r) (!dead[r] && (READING(b, r) == (n) || DECIDING(b, r) == (n)))

/* 2: rows are read only after GO, and only of ranks that have published this call. A rank that was
 * itself given up may find that they have left; then its Release must fail (StopReading). */
inline StartReading() {
  HOLDS(2, meet_number[s] == n && meet_state[s] == GO);
  HOLDS(2, ALL(HOLDS_CALL, b, n) || GAVE_UP(b, n));
  READING(b, me) = n
}

/* 3, seen by the reader: whoever it has read has not left the call meanwhile. */
inline StopReading() {
  HOLDS(3, ALL(HOLDS_CALL, b, n));
  READING(b, me) = 0
}

/* 4: a board's verdict is the same for everybody. LOST is not a verdict, but says there was none
 * of success. */
inline SeeVerdict(view) {
  if
  :: view == LOST -> HOLDS(4, VERDICT(b, n) != OK)
  :: view != LOST && VERDICT(b, n) == 0 -> VERDICT(b, n) = view
  :: else -> HOLDS(4, VERDICT(b, n) == view)
  fi
}

/* 4: the verdict word changes once. */
inline SetVerdict(state, by) {
  HOLDS(4, meet_state[s] == OPEN);
  meet_state[s] = state;
  meet_by[s] = by
}

/* 5 and 6, when a rank throws `cause` (or OK) at the end of call n. */
inline CheckOutcome(ep, why) {
  HOLDS(6, why == OK || faulted[n] || somebody_died);
  HOLDS(6, why != OK || !fatal[n]);
  if
  :: why == LOST -> HOLDS(5, outcome[n] != OK)
  :: why != LOST && !somebody_died && !stalled[n] ->
     if
     :: outcome[n] == 0 -> outcome[n] = why
     :: else ->
        HOLDS(5, (outcome[n] == OK) == (why == OK));
        HOLDS(5, FAULTS > 1 || outcome[n] == why)
     fi;
     if
     :: THROWN(ep, n) == 0 -> THROWN(ep, n) = why
     :: else -> HOLDS(5, THROWN(ep, n) == why)
     fi
  :: else
  fi
}

/* 3, seen by the owner: nobody alive still reads its record or rows. */
#define NOBODY_READS(b, n) (GAVE_UP(b, n) || !ANY(IS_READING, b, n))

/* 7: a number that was taken is answered once, and leaves no board of the call undecided. */
inline Answer() {
  ANSWERS(me, n)++;
  HOLDS(7, ANSWERS(me, n) == 1);
  HOLDS(7, DECIDED(SLOT(EP_OF(me), n), n));
  HOLDS(7, !HAS_TP(me) || DECIDED(SLOT(TP_OF(me), n), n))
}
