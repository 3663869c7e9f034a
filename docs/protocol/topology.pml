/* Which ranks sit on which boards, and in which order a call visits its boards. */

#define MAX_RANKS 4

#if defined(GRID)
/* ranks 0 1 / 2 3: EP boards 0 and 1 are the rows, TP boards 2 and 3 the columns */
#define NUM_RANKS 4
#define NUM_BOARDS 4
#define ON(b, r) (((b) < 2 && (r) / 2 == (b)) || ((b) >= 2 && (r) % 2 + 2 == (b)))
#define SIZE(b) 2
#define EP_OF(r) ((r) / 2)
#define TP_OF(r) ((r) % 2 + 2)
#define HAS_TP(r) 1
#elif defined(TWO)
/* EP board 0: ranks 0 1 2; TP board 1: ranks 0 1 */
#define NUM_RANKS 3
#define NUM_BOARDS 2
#define ON(b, r) ((r) < 3 - (b))
#define SIZE(b) (3 - (b))
#define EP_OF(r) 0
#define TP_OF(r) 1
#define HAS_TP(r) ((r) < 2)
#else
#define NUM_RANKS RANKS
#define NUM_BOARDS 1
#define ON(b, r) ((r) < RANKS)
#define SIZE(b) RANKS
#define EP_OF(r) 0
#define TP_OF(r) 0
#define HAS_TP(r) 0
#endif

#define BOARDS_OF(r) (HAS_TP(r) -> 2 : 1)

/* The k-th board that rank r visits in call n: a dispatch goes to EP, then to TP, a combine to TP,
 * then to EP. */
#ifdef COMBINE
#define EP_FIRST(n) ((n) % 2 == 0) /* call 1 is a combine */
#else
#define EP_FIRST(n) ((n) % 2 == 1) /* call 1 is a dispatch */
#endif
#define BOARD(r, n, k) ((HAS_TP(r) && (EP_FIRST(n) == (k))) -> TP_OF(r) : EP_OF(r))

/* Whether f(b, n, r) holds for some rank of board b, or for all. */
#define ANY(f, b, n) \
  ((ON(b, 0) && f(b, n, 0)) || (ON(b, 1) && f(b, n, 1)) || (ON(b, 2) && f(b, n, 2)) || \
   (NUM_RANKS > 3 && ON(b, 3) && f(b, n, 3)))
#define ALL(f, b, n) \
  ((!ON(b, 0) || f(b, n, 0)) && (!ON(b, 1) || f(b, n, 1)) && (!ON(b, 2) || f(b, n, 2)) && \
   (NUM_RANKS < 4 || !ON(b, 3) || f(b, n, 3)))
/* The lowest rank of board b for which f holds (there is one). */
#define LOWEST(f, b, n) \
  ((ON(b, 0) && f(b, n, 0)) -> 0 : ((ON(b, 1) && f(b, n, 1)) -> 1 : \
   ((ON(b, 2) && f(b, n, 2)) -> 2 : 3)))
