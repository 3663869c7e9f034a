/* What lies on the boards. An atomic step in the other files is one access to one word here; texts
 * and records are plain memory. */

/* A cause says what went wrong and at which rank: it stands for the sentence of a failed call. */
#define TIMED_OUT 8   /* + the rank that waited too long */
#define BAD_INPUT 16  /* + the rank with the input */
#define GONE 24       /* + the rank that died or was destroyed */
#define DROPPED 32    /* + the rank whose call was dropped or aborted */
#define FAILED_LATE 40 /* + the rank that failed after GO */
#define GIVEN_UP 48   /* + the rank that gave up on a stalled one */
#define OK 62         /* not a cause: the call succeeded */
#define LOST 63       /* "call n was given up long ago": the slot serves a later call */

/* A text is its call number and its cause. */
#define TEXT(n, cause) ((n) * 64 + (cause))
#define NUMBER_OF(text) ((text) / 64)
#define CAUSE_OF(text) ((text) % 64)

#define OPEN 0
#define GO 1
#define FAILED 2

#define SLOT(b, n) ((b) * SLOTS + (n) % SLOTS)
#define NUM_SLOTS (NUM_BOARDS * SLOTS)

/* The meet word of a slot: one 64-bit atomic. `meet_by` is the decider while the word is OPEN and
 * everybody has arrived, then whose text explains FAILED. */
byte meet_number[NUM_SLOTS];
byte meet_state[NUM_SLOTS];
byte meet_by[NUM_SLOTS];
byte meet_arrived[NUM_SLOTS];

/* The release word of a slot: one 64-bit atomic. */
byte release_number[NUM_SLOTS];
byte release_count[NUM_SLOTS];
byte release_by[NUM_SLOTS];
bool release_failed[NUM_SLOTS];
bool release_closed[NUM_SLOTS];

/* The last call that a rank released on a board; stored after its arrival in the release word. */
byte released[NUM_BOARDS * MAX_RANKS];
#define RELEASED(b, r) released[(b) * MAX_RANKS + (r)]

/* Each rank's own failure texts. */
byte meet_text[NUM_SLOTS * MAX_RANKS];
byte release_text[NUM_SLOTS * MAX_RANKS];
#define MEET_TEXT(s, r) meet_text[(s) * MAX_RANKS + (r)]
#define RELEASE_TEXT(s, r) release_text[(s) * MAX_RANKS + (r)]

/* A record is twice its call number, plus one if the rank's own input is bad. Two a rank. */
byte record[NUM_BOARDS * MAX_RANKS * 2];
#define RECORD(b, r, n) record[((b) * MAX_RANKS + (r)) * 2 + (n) % 2]

bool dead[MAX_RANKS];
byte destroyed_after[MAX_RANKS]; /* last call of a destroyed handle, 0 while it exists */

#define IS_DEAD(b, n, r) dead[r]
/* Whether rank r can never come to call n any more. */
#define IS_GONE(b, n, r) (dead[r] || (destroyed_after[r] != 0 && destroyed_after[r] < (n)))
#define HAS_BAD_INPUT(b, n, r) (RECORD(b, r, n) == 2 * (n) + 1)

#define DECIDED(s, n) \
  (meet_number[s] > (n) || (meet_number[s] == (n) && meet_state[s] != OPEN))
#define EVERYBODY_ARRIVED(s, n, b) (meet_number[s] == (n) && meet_arrived[s] == SIZE(b))
#define RELEASE_DECIDED(s, n, b) (release_closed[s] || release_count[s] == SIZE(b))

#ifdef ABORT /* what the threads of one rank share */
byte aborted[MAX_RANKS]; /* the last call that the abort concerns */
bool begun[MAX_RANKS * (CALLS + 2)];     /* taken, to be run or to be dropped: by an exchange */
bool drop_done[MAX_RANKS * (CALLS + 2)];
#define BEGUN(r, n) begun[(r) * (CALLS + 2) + (n)]
#define DROP_DONE(r, n) drop_done[(r) * (CALLS + 2) + (n)]
#endif

/* With DEATH, one rank may die before any of its steps: a choice of every wait and every step. (The
 * `true` in front of a step keeps an `else` inside it from looking at the choice to die.) */
#ifdef DEATH
#define OR_DIES \
  :: atomic { !somebody_died -> somebody_died = true; dead[me] = true; goto end_gone }
#else
#define OR_DIES
#endif
#define STEP if OR_DIES :: atomic { true;
#define END_STEP } fi

/* What a rank has done on the k-th board of its call. */
#define NOT_ARRIVED 0
#define ARRIVED 1     /* in the meeting */
#define IN_RELEASE 2  /* arrived in Release as well */
#define DONE 3
