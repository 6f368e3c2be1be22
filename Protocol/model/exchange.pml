/* The exchange of sync.md as a model for spin.

   What is modelled. Devices, central, and a link between them. A device has its chain of changes,
   its receipt (what has left the outbox), its cursor, one record, what central refused it, and
   a session that a crash or a cut ends at any point. Central has each replica's chain end, the same
   record, and the feed. A request or a reply may be lost, a crash may come between any two durable
   steps, and an old copy of a request may arrive at any later time. A clerk writes at any time, also
   while a request is on its way. A device's file may be copied while the device lives on or dies (a
   clone, a restored backup). Central may fall back to any earlier point of its feed.

   What is abstracted, and why it may be.
   - There is one record, and it is a list of notes: nothing that was written is ever replaced, so a
     change that is not in the list any more was lost. What values do to each other is not the
     exchange's business; Tests/ReplicationTests has the laws of merge.
   - A change is a number, given out at each write and each re-issue. Numbers of a chain are linked,
     so two chains that end with one number are the same chain: the number is the chain hash. That
     hashes do not collide and signatures hold is assumed.
   - The feed's hash is the life of central (how often it was restored) in which the entry was made.
     The same entries made again after a restoration have another hash here; in the sources they may
     have the old one. That only brings a device states that it does not need.
   - A push has one change, a reply one item of the feed: the smallest chunks, so the most cuts.
     Central answers in one step; between its two transactions only news could come.
   - What a device does to its own file in one transaction is one step. So is what central does.
   - A device begins an exchange when it has a reason: it wrote, was cut off, is not done, or central
     has news. An exchange without a reason changes nothing; leaving it out makes every run end.
   - A request is sent and answered in one step: what may come between, a loss or a write, is the same
     before or after. The place where the old copy of a request comes from is that step.
   - When the digests differ the record is asked for at once, without the comparison of buckets. A
     repair is tried once for each state of central and session.

   Healing of a fork. On 409 forked, and when a reply's chain end is not the device's own, the device
   asks central in the same session for a new replica id; central says which of the device's seqs it
   confirms by their hashes. In one transaction the device takes the id, issues every later change
   again with the old dots in contexts and vector replaced by the new ones. Refused ones are not issued
   again. The id follows from a key that is on disk before central hears of it, so a repeated request
   gets the same; one that a twin has used already is not taken. The
   reply also brings the refusals among the confirmed changes (see README.md, finding 1).

   Epochs. `central recover` begins an epoch and lets central take given states; it is part of the
   restoration unless -DNOTICED is given. Central begins one by itself when a device of the present epoch
   brings more than central has. Of a device that names another epoch nothing is taken. It hears of the
   epoch, pushes again what was acknowledged (the limit), and then takes a new identity.

   Settings: -DWRITES0, 1 and 2 (writes of each device), -DBAD (writes that central refuses),
   -DFAULTS (losses and crashes), -DLATE (old copies), -DCLONE (device 2 is a copy of device 0, which
   may die; with -DNODEATH not; -DCOPYFROM: writes before), -DREWINDS (restorations of central, at most
   1; with -DAFTERHEAL only once a fork is healed), -DNOTICED, -DRECOVER (later runs of `central
   recover`), -DUNBOUNDED (losses without number until the link is good; then LTL `progress`). A refusal
   depends on the change; with -DOBJECTION on what central has, so not on a change that came with a state;
   with -DFLIP only an unrestored central refuses. -DCUT, -DTELLREFUSED, -DSTAYSVOID, -DDROPCURSOR and
   -DOWNWAITS are the remedies of findings 7 to 11, which the sources do not have (README.md). -DBREAK_x
   spoils one rule each: see `check`.
   -DONLY=n asserts promise n alone, so that a check knows which one failed; -DEXCEPT=n all others.  */

#ifndef WRITES0
#define WRITES0 2
#endif
#ifndef WRITES1
#define WRITES1 1
#endif
#ifndef WRITES2
#define WRITES2 1
#endif
#ifndef BAD
#define BAD 0
#endif
#ifndef FAULTS
#define FAULTS 0
#endif
#ifndef LATE
#define LATE 0
#endif
#ifndef REWINDS
#define REWINDS 0
#endif
#ifndef COPYFROM
#define COPYFROM 1
#endif
#ifdef CLONE
#define DEVICES 3
#else
#define DEVICES 2
#endif

#define REPLICAS 7              /* ids 0 and 1 at the start, the others for new identities */
#define CHANGES  15             /* numbers 1 to 14 */
#define FEED     16

#ifdef ONLY
#define PROMISE(n, holds) assert((n) != ONLY || (holds))
#elif defined(EXCEPT)
#define PROMISE(n, holds) assert((n) == EXCEPT || (holds))
#else
#define PROMISE(n, holds) assert(holds)
#endif

/* Version vectors: two bits for each replica. Sets: one bit for each number. */
#define AT(vv, r)       (((vv) >> (2 * (r))) & 3)
#define WITH(vv, r, s)  (((vv) & ~(3 << (2 * (r)))) | ((s) << (2 * (r))))
#define COVERS(a, b)    (AT(a,0) >= AT(b,0) && AT(a,1) >= AT(b,1) && AT(a,2) >= AT(b,2) && \
                         AT(a,3) >= AT(b,3) && AT(a,4) >= AT(b,4) && AT(a,5) >= AT(b,5) && \
                         AT(a,6) >= AT(b,6))
#define HAS(set, x)     (((set) >> (x)) & 1)
#define BIT(x)          (1 << (x))
#define SEQ(x)          change[x].seq
#define COVERED(vv, x)  (AT(vv, change[x].replica) >= SEQ(x))

typedef Change {                /* number 0: the start of every chain */
    byte replica; byte seq; byte before; byte content; short context
}
Change change[CHANGES];
byte lastChange, lastContent;
byte bad;                       /* contents that central refuses */
byte dead;                      /* contents that died with their machine before central had them */
byte copied;                    /* contents that the copy took along */
byte held;                      /* contents that were in the record of a device that did not die */

/* Central's disk. */
typedef Item { byte what; byte life }   /* number; VOID + number; STATE */
#define VOID  16
#define STATE 32
byte chainEnd[REPLICAS];
short centralVV; short centralHas; short centralRefused;
Item feed[FEED];
byte feedEnd, life;
byte nextReplica = 2;
short ever;                     /* all that central ever had on disk */
short taken;                    /* and came with a push */
byte twice;                     /* contents that may come twice: see README.md, "Seen" */
byte epoch, lastEpoch;          /* central's epoch; each has another number */
bool recovering;                /* an admin has said `central recover` */

/* A device's disk. */
typedef Device {
    bool lives;
    byte replica; byte end; byte receipt;   /* chain end (a number), receipt (a seq) */
    short vv; short has; short aside;       /* the record; refused changes kept for a person */
    byte epoch; byte acked;                 /* the epoch known; highest receipt in it */
    byte limit;                             /* 0, or 1 + pushLimit */
    byte key;                               /* the key (= id) of the identity being asked for, or 0 */
    byte position; byte life; bool hasCursor; bool gap;
    byte writes; byte wrote;                /* how many here; contents written here or in the original */
    /* Of the session, gone with it. */
    byte phase; bool need; bool offer; bool reason; byte status; byte sentEnd; bool repaired;
    /* The reply on its way. */
    byte accepted; short refusals; byte item; byte nextPosition; byte nextLife; byte repliedIn;
    short theirVV; short theirHas; bool isStates; bool more; bool asks;
    byte theirEpoch; bool sendStates;
}
Device d[3];
#define IDLE 0
#define REPLIED 1
#define ASKED 2                 /* has asked for a new identity */
#define GIVEN 3                 /* the new id is on its way */
#ifdef BREAK_LIMIT
#define ISATLIMIT(w) false
#else
#define ISATLIMIT(w) (d[w].limit != 0 && d[w].receipt + 1 >= d[w].limit)
#endif
#define OWNBEYOND(w) (AT(d[w].theirVV, d[w].replica) > SEQ(d[w].end))
#ifdef OWNWAITS
#define OWNBEYOND_(w) OWNBEYOND(w)
#else
#define OWNBEYOND_(w) false
#endif
#ifdef BREAK_EPOCH
#define KNOWS(e) true
#else
#define KNOWS(e) ((e) == epoch)
#endif
#define PENDING 0
#define SYNCED 1
#define DIVERGED 2

byte faults, rewinds, recoveries;
byte lateEnd, latePush, lateEpoch, lates;  /* an old copy of a request on the link */
bool good;                      /* the link lets all messages through from now on */

/* Scratch of single steps: not part of a state. */
hidden byte h, i, j, k, x, own, end, position, count;
hidden short vv, has, refusals, n;
hidden byte isForked, asks, isStates, isKnown, isCopied, isNewEpoch, isBeyond;

/* h = the chain hash at a seq: the number on the chain behind `e` that has it. */
inline hashAt(E, S) {
    h = E;
    do
    :: SEQ(h) > (S) -> h = change[h].before
    :: else -> break
    od
}

/* A new number. */
inline issue(R, E, C, X) {
    lastChange++;
    assert(lastChange < CHANGES && SEQ(E) < 3);
    change[lastChange].replica = R;
    change[lastChange].seq = SEQ(E) + 1;
    change[lastChange].before = E;
    change[lastChange].content = C;
    change[lastChange].context = X
}

/* (vv, has) = the join of (vv, has) and (vv2, has2). */
inline join(VV2, HAS2) {
    n = 0;
    for (i : 1 .. CHANGES - 1) {
        if
        :: (HAS(has, i) && (HAS(HAS2, i) || !COVERED(VV2, i))) ||
           (HAS(HAS2, i) && !COVERED(vv, i)) -> n = n | BIT(i)
        :: else
        fi
    }
    has = n;
    for (i : 0 .. REPLICAS - 1) {
        if
        :: AT(VV2, i) > AT(vv, i) -> vv = WITH(vv, i, AT(VV2, i))
        :: else
        fi
    }
    i = 0; n = 0
}

inline tellAll(BUT) {
    for (i : 0 .. DEVICES - 1) {
        if
        :: i != (BUT) && d[i].lives -> d[i].reason = true
        :: else
        fi
    }
    i = 0
}

/* ---- Central. */

inline enter(WHAT) {
    assert(feedEnd < FEED);
    feed[feedEnd].what = WHAT;
    feed[feedEnd].life = life;
    feedEnd++
}

/* 6: no dot names two changes, in any life of central. Number p is on its disk from now on. */
inline checkDot(P) {
    for (i : 1 .. CHANGES - 1) {
        PROMISE(6, !(HAS(ever, i) && i != (P) && change[i].replica == change[P].replica && \
                     SEQ(i) == SEQ(P)))
    }
    ever = ever | BIT(P)
}

inline beginEpoch() {
    lastEpoch++;
    epoch = lastEpoch;
    printf("central begins epoch %d\n", epoch);
    for (i : 0 .. DEVICES - 1) { d[i].repaired = false }
    tellAll(255)
}

/* Central commits number p, refused or not. */
inline commit(P, REFUSED) {
    own = change[P].replica;
    checkDot(P);
    taken = taken | BIT(P);
    printf("central commits change %d (dot %d:%d), refused %d\n", P, own, SEQ(P), REFUSED);
    if
#ifdef BREAK_REFUSAL
    :: REFUSED && HAS(centralRefused, P)
#endif
    :: REFUSED && !HAS(centralRefused, P) ->
       centralRefused = centralRefused | BIT(P); enter(VOID + (P))
    :: else ->
       if
       :: !COVERED(centralVV, P) -> centralHas = centralHas | BIT(P)
       :: else
       fi;
       enter(P)
    fi;
    if
    :: !COVERED(centralVV, P) -> centralVV = WITH(centralVV, own, SEQ(P))
    :: else
    fi;
#ifdef BREAK_REFUSAL
    if
    :: REFUSED
    :: else -> chainEnd[own] = P
    fi;
#else
    chainEnd[own] = P;
#endif
    for (i : 0 .. DEVICES - 1) { d[i].repaired = false }
}

#ifdef FLIP
#define UNFIT(p) (HAS(bad, change[p].content) && life == 0)
#else
#define UNFIT(p) HAS(bad, change[p].content)
#endif
#if defined(FLIP) || defined(OBJECTION)
/* By what central has at the time: not asked of a change that a state has brought already, and a
   state is not looked through for such changes. */
#define REFUSES(p) (UNFIT(p) && !COVERED(centralVV, p))
#define LEFTOUT(p) false
#else
/* By what the change is. */
#define REFUSES(p) UNFIT(p)
#define LEFTOUT(p) UNFIT(p)
#endif

/* The refusals of what it has of a push. */
inline tellRefusals(P) {
    h = end;
    do
    :: (P) != 0 && SEQ(h) >= SEQ(P) && h != 0 ->
       refusals = refusals | (centralRefused & BIT(h));
       h = change[h].before
    :: else -> break
    od
}

/* What central does with replica r's request: chain end e, push p (0: none), the epoch that the
   device knows, and, when it brings the record's state, (vv, has). Leaves isForked, asks, refusals. */
inline ingest(R, E, P, WHO, STATES, EPOCH) {
    isForked = false; asks = false; refusals = 0;
    end = chainEnd[R];
    if
#ifdef BREAK_HASH
    :: false
#else
    :: SEQ(E) < SEQ(end) || (SEQ(E) == SEQ(end) && (E) != end) -> isForked = true
#endif
    :: else ->
       if
#ifndef BREAK_EPOCH
       :: (EPOCH) != epoch ->                   /* it has to hear of this one first */
#ifdef TELLREFUSED                              /* of finding 8: but is told what is known */
          tellRefusals(P)
#else
          skip
#endif
#endif
       :: KNOWS(EPOCH) && ((P) == 0 || SEQ(P) > SEQ(end) + 1)   /* none, or passed over */
       :: else ->
          hashAt(end, SEQ(P) - 1);
          if
#ifdef BREAK_TAKEOVER
          :: h == change[P].before && SEQ(P) == SEQ(end) && (P) != end -> commit(P, false)
#endif
#ifndef BREAK_HASH
          :: h != change[P].before -> isForked = true
          :: h == change[P].before && SEQ(P) == SEQ(end) && (P) != end -> isForked = true
#endif
          :: else ->
             if
             :: SEQ(P) == SEQ(end) + 1 -> take(P, WHO, STATES)
             :: else ->                         /* seen before: its refusals again */
                tellRefusals(P)
             fi
          fi
       fi;
       if
       :: !isForked && recovering && (STATES) && KNOWS(EPOCH) -> takeState(WHO)
       :: else
       fi
    fi
}

/* The unfit values of the given state (vv, has) are left out; their dots stay. */
inline fitPart() {
    for (i : 1 .. CHANGES - 1) {
        if
        :: HAS(has, i) && LEFTOUT(i) -> has = has & ~BIT(i)
        :: else
        fi
    }
    i = 0
}

/* Joins the given state, and feeds it out when it brings something. */
inline takeState(WHO) {
#ifndef BREAK_GIVEN
    fitPart();
    join(centralVV, centralHas);
    if
    :: vv != centralVV || has != centralHas ->
       printf("central takes a state: has %x vv %x, before %x %x\n", has, vv, centralHas, centralVV);
       centralVV = vv; centralHas = has;
       for (j : 1 .. CHANGES - 1) {
           if
           :: HAS(has, j) && !HAS(ever, j) -> checkDot(j)
           :: else
           fi
       }
       j = 0;
       enter(STATE); tellAll(WHO);
       for (i : 0 .. DEVICES - 1) { d[i].repaired = false }
       i = 0
    :: else
    fi
#else
    skip
#endif
}

inline take(P, WHO, STATES) {
    if
#ifdef STAYSVOID                /* of finding 9: the request says what was refused before */
    :: REFUSES(P) || HAS(d[WHO].aside, P) ->
#else
    :: REFUSES(P) ->
#endif
       commit(P, true); refusals = BIT(P); tellAll(WHO)
    :: else ->
       if
       :: COVERS(centralVV, change[P].context) || COVERED(centralVV, P) ->
          commit(P, false); tellAll(WHO)
       :: else ->
          if
          :: !(STATES) -> asks = true
          :: else ->
             /* The state must cover what the change builds on. */
             isKnown = COVERS(vv, change[P].context);
#ifdef BREAK_UNFIT                              /* and hold nothing unfit: finding 3 */
             for (i : 1 .. CHANGES - 1) {
                 if
                 :: HAS(has, i) && LEFTOUT(i) -> isKnown = false
                 :: else
                 fi
             }
#endif
             if
             :: !isKnown -> commit(P, true); refusals = BIT(P); tellAll(WHO)
             :: else ->
                fitPart();
                join(centralVV, centralHas);
                centralVV = vv; centralHas = has;
                for (j : 1 .. CHANGES - 1) {
                    if
                    :: HAS(has, j) && !HAS(ever, j) -> checkDot(j)
                    :: else
                    fi
                }
                j = 0;
                enter(STATE);
                commit(P, false); tellAll(WHO)
             fi
          fi
       fi
    fi
}

/* x = the number that device w's push has: the one after the receipt, if it may be pushed; or 0. */
inline findPush(W) {
    x = 0; k = d[W].sentEnd;
    do
    :: SEQ(k) > d[W].receipt ->
       if
#ifndef BREAK_LIMIT
       :: d[W].limit != 0 && SEQ(k) >= d[W].limit
#endif
       :: else -> x = k
       fi;
       k = change[k].before
    :: else -> break
    od;
    k = 0
}

/* Makes the key of a new identity; its id follows from it. */
inline makeKey(W) {
    assert(nextReplica < REPLICAS);
    d[W].key = nextReplica;
    nextReplica++
}

/* It asks for a new identity. */
inline ask(W) {
    d[W].need = false; d[W].offer = false;
    d[W].sentEnd = d[W].end; d[W].phase = ASKED;
    if
    :: d[W].key == 0 -> makeKey(W)
    :: else
    fi
}

/* Answers device w's request. */
inline answer(W) {
    own = d[W].replica;
#ifdef BREAK_CURSOR
    isKnown = d[W].hasCursor && d[W].position <= feedEnd;
#else
    isKnown = d[W].hasCursor && d[W].position <= feedEnd &&
        (d[W].position == 0 || feed[d[W].position - 1].life == d[W].life);
#endif
    /* It brings more of this epoch than central has: central was restored. */
    if
#ifndef BREAK_NOTICE
    :: d[W].epoch == epoch &&
       ((d[W].hasCursor && !isKnown) || d[W].acked > SEQ(chainEnd[own])) ->
       PROMISE(5, epoch == 0 && life > 0);      /* all take new identities: not without need */
       beginEpoch()
#endif
    :: else
    fi;
    findPush(W);
    if
    :: LATE > lates && x != 0 && lateEnd == 0 && isCopied ->
       lateEnd = d[W].sentEnd; latePush = x; lateEpoch = d[W].epoch; lates++
    :: else
    fi;
    vv = d[W].vv; has = d[W].has;
#ifdef CUT
    /* Of finding 7: own changes that are yet to be pushed are left out. */
    for (i : 1 .. CHANGES - 1) {
        if
        :: HAS(has, i) && change[i].replica == own && SEQ(i) > d[W].receipt -> has = has & ~BIT(i)
        :: else
        fi
    }
    if
    :: AT(vv, own) > d[W].receipt -> vv = WITH(vv, own, d[W].receipt)
    :: else
    fi;
#endif
    d[W].reason = false;
    ingest(own, d[W].sentEnd, x, W, d[W].need || d[W].offer, d[W].epoch);
    d[W].need = false; d[W].offer = false;
    own = d[W].replica;
    if
    :: isForked -> ask(W)
    :: else ->
       d[W].phase = REPLIED;
       d[W].accepted = chainEnd[own];
       d[W].refusals = refusals;
       d[W].asks = asks;
       d[W].theirVV = centralVV; d[W].theirHas = centralHas;
       d[W].theirEpoch = epoch; d[W].sendStates = recovering;
       d[W].repliedIn = life;
#ifdef BREAK_CURSOR
       isKnown = d[W].hasCursor && d[W].position <= feedEnd;
#else
       isKnown = d[W].hasCursor && d[W].position <= feedEnd &&
           (d[W].position == 0 || feed[d[W].position - 1].life == d[W].life);
#endif
       d[W].isStates = !isKnown || d[W].gap;
       d[W].more = false; d[W].item = 0;
       d[W].nextPosition = feedEnd;
       if
       :: isKnown ->
          position = d[W].position;
          do
          :: position == feedEnd -> break
          :: else ->
             x = feed[position].what;
             position++;
             if
             :: x != STATE && change[x & 15].replica == own     /* its own does not come back */
             :: else ->
                if
                :: d[W].item == 0 -> d[W].item = x; d[W].nextPosition = position
                :: else -> d[W].more = true
                fi
             fi
          od;
          if
          :: !d[W].more -> d[W].nextPosition = feedEnd
          :: else
          fi
       :: else
       fi;
       d[W].nextLife = (d[W].nextPosition == 0 -> 0 : feed[d[W].nextPosition - 1].life)
    fi;
    printf("central answers device %d: forked %d, accepted %d, refusals %x, asks %d, states %d, item %d\n",
        W, isForked, d[W].accepted, d[W].refusals, d[W].asks, d[W].isStates, d[W].item)
}

/* ---- A device. */

inline forgetReply(W) {
    d[W].accepted = 0; d[W].refusals = 0; d[W].item = 0; d[W].nextPosition = 0;
    d[W].nextLife = 0; d[W].repliedIn = 0; d[W].theirVV = 0; d[W].theirHas = 0;
    d[W].isStates = false; d[W].more = false; d[W].asks = false; d[W].sentEnd = 0;
    d[W].theirEpoch = 0; d[W].sendStates = false
}

inline endSession(W) {
    printf("the session of device %d ends\n", W);
    forgetReply(W);
    d[W].phase = IDLE; d[W].need = false; d[W].offer = false; d[W].repaired = false;
#ifndef BREAK_RETRY
    d[W].reason = true
#endif
}

inline write(W, UNFIT) {
    issue(d[W].replica, d[W].end, lastContent + 1, d[W].vv);
    lastContent++;
    /* The record must not have the dot: CounterEdit would refuse the write (finding 11). */
    PROMISE(11, !COVERED(d[W].vv, lastChange));
    d[W].end = lastChange;
    d[W].vv = WITH(d[W].vv, d[W].replica, SEQ(lastChange));
    d[W].has = d[W].has | BIT(lastChange);
    d[W].writes++; d[W].wrote = d[W].wrote | BIT(lastContent);
    d[W].reason = true; d[W].status = PENDING;
    bad = bad | (UNFIT -> BIT(lastContent) : 0);
    printf("device %d writes change %d (dot %d:%d), unfit %d\n", W, lastChange, d[W].replica, SEQ(lastChange), UNFIT)
}

/* Sets a refused change of its own aside. */
inline setAside(W, P) {
    if
    :: HAS(d[W].aside, P)                       /* known */
    :: else ->
       d[W].aside = d[W].aside | BIT(P);
       goOn(W, SEQ(P))
    fi
}

/* The record goes on from central's state, with the own changes after a seq that were not refused on
   top. */
inline goOn(W, AFTER) {
    vv = d[W].theirVV; has = d[W].theirHas;
#ifndef BREAK_UNSEEN
    /* What is here and a restored central has not seen stays, but for what it refused (finding 2). */
    for (i : 1 .. CHANGES - 1) {
        if
        :: HAS(d[W].has, i) && !COVERED(vv, i) && !HAS(d[W].aside, i) -> has = has | BIT(i)
        :: else
        fi
    }
    for (i : 0 .. REPLICAS - 1) {
        if
        :: AT(d[W].vv, i) > AT(vv, i) -> vv = WITH(vv, i, AT(d[W].vv, i))
        :: else
        fi
    }
#endif
    for (j : AFTER + 1 .. 3) {
        if
        :: j <= SEQ(d[W].end) ->
           hashAt(d[W].end, j);
           if
           :: !HAS(d[W].aside, h) && !COVERED(vv, h) && COVERS(vv, change[h].context) ->
              vv = WITH(vv, d[W].replica, j); has = has | BIT(h)
           :: else
           fi
        :: else
        fi
    }
    j = 0;
    d[W].vv = vv; d[W].has = has
}

/* Number p was pushed again, and central has taken what it refused before. */
inline takeBackRefusal(W, P) {
#ifndef BREAK_TAKEBACK
    if
    :: (P) != 0 && SEQ(P) <= d[W].receipt && HAS(d[W].aside, P) && !HAS(d[W].refusals, P) ->
       d[W].aside = d[W].aside & ~BIT(P);
       d[W].gap = true;
       printf("device %d takes the refusal of change %d back\n", W, P)
    :: else
    fi
#else
    skip
#endif
}

/* Takes central's state of a record that was asked for. */
inline settle(W) {
    vv = d[W].vv; has = d[W].has;
    if
#ifndef BREAK_SETTLE
    :: COVERS(d[W].theirVV, d[W].vv) -> vv = d[W].theirVV; has = d[W].theirHas
#endif
    :: else -> join(d[W].theirVV, d[W].theirHas)
    fi;
    d[W].vv = vv; d[W].has = has; d[W].gap = false;
    d[W].offer = d[W].repaired && d[W].sendStates && (vv != d[W].theirVV || has != d[W].theirHas)
}

/* Applies a reply: one transaction. */
inline apply(W) {
    hashAt(d[W].end, SEQ(d[W].accepted));
    if
#ifndef BREAK_HASH
    :: h != d[W].accepted -> forgetReply(W); ask(W)
#endif
    :: else ->
       findPush(W);
#ifdef BREAK_RECEIPT
       if
       :: SEQ(d[W].accepted) > d[W].receipt -> d[W].receipt = SEQ(d[W].accepted)
       :: else
       fi;
#else
       d[W].receipt = (SEQ(d[W].accepted) > SEQ(d[W].end) -> SEQ(d[W].end) : SEQ(d[W].accepted));
#endif
       isBeyond = (d[W].isStates || d[W].item == STATE) && OWNBEYOND(W);
       isNewEpoch = (d[W].theirEpoch != d[W].epoch);
       /* A new epoch: what central had acknowledged is pushed again under this identity. */
       if
       :: d[W].theirEpoch != d[W].epoch ->
          if
          :: d[W].limit < d[W].acked + 1 -> d[W].limit = d[W].acked + 1
          :: else
          fi;
          d[W].acked = 0; d[W].epoch = d[W].theirEpoch; d[W].repaired = false
       :: else
       fi;
       if
       :: d[W].acked < d[W].receipt -> d[W].acked = d[W].receipt
       :: else
       fi;
       count = x;                               /* what it pushed */
       for (n : 1 .. 3) {
           if
           :: n <= SEQ(d[W].end) ->
              hashAt(d[W].end, n);
              if
              :: HAS(d[W].refusals, h) && change[h].replica == d[W].replica -> setAside(W, h)
              :: else
              fi
           :: else
           fi
       }
       n = 0;
       takeBackRefusal(W, count);
       if
#ifdef OWNWAITS                 /* of finding 11: a state with own dots that this chain does not have */
       :: (d[W].isStates || d[W].item == STATE) && OWNBEYOND(W) -> d[W].gap = true
#endif
       :: d[W].isStates && d[W].gap && !OWNBEYOND_(W) -> settle(W)
       :: d[W].isStates && !d[W].gap && !OWNBEYOND_(W) ->
          vv = d[W].vv; has = d[W].has;
          join(d[W].theirVV, d[W].theirHas);
          d[W].vv = vv; d[W].has = has
       :: else
       fi;
       x = d[W].item & 15;
       if
       :: d[W].item == 0 || d[W].gap
       :: d[W].item == STATE && !d[W].gap ->
          vv = d[W].vv; has = d[W].has;
          join(d[W].theirVV, d[W].theirHas);
          d[W].vv = vv; d[W].has = has
       :: d[W].item != 0 && d[W].item != STATE && !d[W].gap ->
          if
          :: COVERED(d[W].vv, x)
          :: !COVERED(d[W].vv, x) && d[W].item < VOID ->
             if
             :: COVERS(d[W].vv, change[x].context) ->
                d[W].vv = WITH(d[W].vv, change[x].replica, SEQ(x)); d[W].has = d[W].has | BIT(x)
             :: else -> d[W].gap = true
             fi
          :: !COVERED(d[W].vv, x) && d[W].item >= VOID ->
             if
             :: d[W].vv == 0 -> d[W].gap = true
             :: else -> d[W].vv = WITH(d[W].vv, change[x].replica, SEQ(x))
             fi
          fi
       fi;
       d[W].hasCursor = true; d[W].position = d[W].nextPosition; d[W].life = d[W].nextLife;
       d[W].need = d[W].asks;
       checkReceipt(W);
       if
#ifdef BREAK_STATUS
       :: !d[W].more ->
#else
       :: !d[W].more && d[W].receipt == SEQ(d[W].end) && !d[W].gap && !d[W].need && !d[W].offer &&
          !ISATLIMIT(W) ->
#endif
          if
#ifdef BREAK_STATUS
          :: true ->
#else
          :: d[W].theirVV == d[W].vv && d[W].theirHas == d[W].has ->
#endif
             d[W].status = SYNCED;
             checkSynced(W)
#ifndef BREAK_REPAIR
          :: else ->
             if
             :: !d[W].repaired ->                /* once for each state of central */
                d[W].repaired = true; d[W].reason = true; d[W].status = PENDING;
                d[W].gap = true
             :: else -> d[W].status = DIVERGED
             fi
#else
          :: else -> d[W].status = DIVERGED
#endif
          fi;
          d[W].reason = d[W].reason || d[W].receipt < SEQ(d[W].end)
       :: else -> d[W].reason = true; d[W].status = PENDING
       fi;
       noteHeld(W);
       forgetReply(W);
       /* All is pushed that may be under this identity. */
       if
       :: ISATLIMIT(W) -> ask(W)
#ifdef OWNWAITS                 /* without a new epoch: another copy wrote them */
       :: d[W].limit == 0 && isBeyond -> ask(W)
#endif
       :: else -> d[W].phase = IDLE
       fi
    fi;
    printf("device %d applies: receipt %d, has %x vv %x, phase %d, status %d\n",
        W, d[W].receipt, d[W].has, d[W].vv, d[W].phase, d[W].status)
}

inline noteHeld(W) {
#if defined(CLONE) && REWINDS && !defined(NODEATH)
    for (i : 1 .. CHANGES - 1) {
        if
        :: W != 0 && HAS(d[W].has, i) -> held = held | BIT(change[i].content)
        :: else
        fi
    }
    i = 0
#else
    skip
#endif
}

/* 3: what has left the outbox was on central's disk. */
inline checkReceipt(W) {
    for (n : 1 .. 3) {
        if
        :: n <= d[W].receipt -> hashAt(d[W].end, n); PROMISE(3, HAS(ever, h))
        :: else
        fi
    }
    n = 0
}

/* 10: who says synced has nothing pending, and central has all of it (if it was not restored since
   it said so). */
inline checkSynced(W) {
    PROMISE(10, d[W].receipt == SEQ(d[W].end));
    PROMISE(10, d[W].repliedIn != life || (d[W].has & ~centralHas) == 0);
    for (n : 1 .. 3) {
        if
        :: n <= SEQ(d[W].end) && d[W].repliedIn == life ->
           hashAt(d[W].end, n);
           k = h;
           hashAt(chainEnd[d[W].replica], n);
           PROMISE(10, h == k)
        :: else
        fi
    }
    n = 0; k = 0
}

/* Central gives the new id, and says how far it confirms the old chain: accepted = that number. */
inline giveID(W) {
    d[W].asks = (chainEnd[d[W].key] != 0);      /* a twin has the same key, and has used it */
    k = 0;
    for (n : 1 .. 3) {
        if
        :: n <= SEQ(d[W].sentEnd) && n <= SEQ(chainEnd[d[W].replica]) ->
           hashAt(d[W].sentEnd, n); x = h;
           hashAt(chainEnd[d[W].replica], n);
           if
           :: x == h -> k = x;
              d[W].refusals = d[W].refusals | (SEQ(x) > d[W].receipt -> centralRefused & BIT(x) : 0)
           :: else
           fi
        :: else
        fi
    }
    d[W].accepted = k;
    d[W].theirVV = centralVV; d[W].theirHas = centralHas;
    d[W].theirEpoch = epoch;
    printf("central gives device %d the id %d (used: %d) and confirms change %d\n",
        W, d[W].key, d[W].asks, k);
    n = 0; k = 0;
    d[W].phase = GIVEN
}

/* Takes the new id: one transaction. The changes are issued again before refusals are set aside:
   the other way round, central's vector, which has the other self's dots, would hide them. */
inline heal(W) {
#ifdef BREAK_ORDER
    tellBefore(W);
#endif
    own = d[W].key; k = SEQ(d[W].accepted);
#ifdef BREAK_TWICE
    k = d[W].receipt;
#endif
    end = 0; x = d[W].end; refusals = 0;
    for (n : 1 .. 3) {
        if
        :: n <= k && n <= SEQ(x) ->
           hashAt(x, n);
           refusals = refusals | (d[W].refusals & ~d[W].aside & BIT(h))
        :: n > k && n <= SEQ(x) ->
           hashAt(x, n);
           /* 6: what central had already is not entered twice. */
           if
           :: HAS(taken, h) && life > 0 -> twice = twice | BIT(change[h].content)
           :: else
           fi;
           PROMISE(6, !HAS(d[W].theirHas, h) || HAS(twice, change[h].content));
#ifndef BREAK_DROP
           if
           :: HAS(d[W].aside, h)                /* waits for a person */
           :: else ->
              vv = change[h].context;
              j = h; reissueVV(W, n - 1); h = j; j = 0;
              issue(own, end, change[h].content, vv);
              end = lastChange;
              if
              :: HAS(d[W].has, h) -> d[W].has = (d[W].has & ~BIT(h)) | BIT(end)
              :: else
              fi
           fi
#endif
        :: else
        fi
    }
    vv = d[W].vv;
    reissueVV(W, 3);
    d[W].vv = vv;
    d[W].replica = own; d[W].end = end; d[W].receipt = 0;
#ifdef DROPCURSOR               /* of finding 10: a cursor of another epoch */
    if
    :: d[W].epoch != d[W].theirEpoch ->
       d[W].hasCursor = false; d[W].position = 0; d[W].life = 0
    :: else
    fi;
#endif
    d[W].acked = 0; d[W].limit = 0; d[W].key = 0; d[W].epoch = d[W].theirEpoch;
#if !defined(BREAK_UNTOLD) && !defined(BREAK_ORDER)
    if
    :: refusals != 0 ->
       d[W].aside = d[W].aside | refusals;
       goOn(W, 0)
    :: else
    fi;
#endif
    n = 0; k = 0;
    printf("device %d is replica %d now: end %d, has %x vv %x\n", W, own, end, d[W].has, d[W].vv);
    endSession(W)
}

#ifdef BREAK_ORDER
inline tellBefore(W) {
    for (n : 1 .. 3) {
        if
        :: n <= SEQ(d[W].accepted) ->
           hashAt(d[W].end, n);
           if
           :: HAS(d[W].refusals, h) -> setAside(W, h)
           :: else
           fi
        :: else
        fi
    }
    n = 0
}
#endif

/* In vv, old dots after seq k become new dots of the replica `own`: those of the changes through seq
   `to` that are issued again, which refused ones are not. Without such changes nothing is renamed. */
inline reissueVV(W, TO) {
    count = 0; isKnown = false;
    for (i : 1 .. 3) {
        if
        :: i > k && i <= SEQ(d[W].end) ->
           isKnown = true;
           hashAt(d[W].end, i);
           if
           :: i <= (TO) && i <= AT(vv, d[W].replica) && !HAS(d[W].aside, h) -> count++
           :: else
           fi
        :: else
        fi
    }
    i = 0;
    if
    :: AT(vv, d[W].replica) > k && isKnown ->
       if
       :: count > 0 -> vv = WITH(vv, own, count)
       :: else
       fi;
#ifndef BREAK_VECTOR
       vv = WITH(vv, d[W].replica, k)
#endif
    :: else
    fi
}

/* ---- What happens. */

#define MAYWRITE(w) (d[w].writes < (w == 0 -> WRITES0 : (w == 1 -> WRITES1 : WRITES2)))
#define MAYFAIL (!good && (UNBOUNDED_ || faults < FAULTS))
#ifdef UNBOUNDED
#define UNBOUNDED_ true
#else
#define UNBOUNDED_ false
#endif
#ifdef AFTERHEAL                /* central is restored only once the fork is healed */
#define MAYREWIND (d[2].lives && d[0].replica != d[2].replica)
#else
#define MAYREWIND true
#endif
#define BADCOUNT (HAS(bad,1) + HAS(bad,2) + HAS(bad,3) + HAS(bad,4) + HAS(bad,5))
#define COUNTFAULT faults = (UNBOUNDED_ -> 0 : faults + 1)

/* One for each desk: the clerk and the session. */
proctype Desk(byte w) {
endDesk:
    do
    :: atomic { d[w].lives && MAYWRITE(w) && !d[w].need ->
           if
           :: d_step { true -> write(w, false) }
           :: d_step { BADCOUNT < BAD -> write(w, true) }
           fi }
    :: d_step { d[w].phase == REPLIED -> apply(w) }
    :: d_step { d[w].phase == GIVEN ->
           if
           :: d[w].asks -> makeKey(w); forgetReply(w); d[w].sentEnd = d[w].end; d[w].phase = ASKED
           :: else -> heal(w)
           fi }
    od
}

/* One for each desk: its link, with central at the other end. */
proctype Link(byte w) {
endLink:
    do
    :: atomic { d[w].lives && d[w].phase == IDLE && d[w].reason ->
           if
           :: isCopied = false
           :: lates < LATE && lateEnd == 0 && SEQ(d[w].end) > d[w].receipt -> isCopied = true
           fi;
           d_step {
               d[w].sentEnd = d[w].end;
               printf("device %d sends: end %d, receipt %d\n", w, d[w].end, d[w].receipt);
#ifdef BREAK_SEND
               d[w].receipt = SEQ(d[w].end);
               checkReceipt(w);
#endif
               answer(w); isCopied = false } }
    :: d_step { d[w].phase == ASKED -> giveID(w) }
    /* A request or a reply is lost, or the device crashes. */
    :: d_step { MAYFAIL && (d[w].phase != IDLE || d[w].need || d[w].offer) ->
           COUNTFAULT; endSession(w) }
    od
}

/* Central is restored from a backup: its feed ends earlier, and the rest follows from the feed. */
inline rewind(END) {
    life++;
    position = END;
    centralVV = 0; centralHas = 0; centralRefused = 0;
    for (i : 0 .. REPLICAS - 1) { chainEnd[i] = 0 }
    for (i : 0 .. FEED - 1) {
        if
        :: i >= feedEnd
        :: i >= position && i < feedEnd -> feed[i].what = 0; feed[i].life = 0
        :: else ->
           assert(feed[i].what != STATE);
           x = feed[i].what & 15;
           if
           :: feed[i].what >= VOID -> centralRefused = centralRefused | BIT(x)
           :: else -> centralHas = centralHas | BIT(x)
           fi;
           chainEnd[change[x].replica] = x;
           centralVV = WITH(centralVV, change[x].replica, SEQ(x))
        fi
    }
    feedEnd = position;
    printf("central is restored: its feed ends at %d\n", feedEnd);
    i = 0;
    epoch = 0; recovering = false;              /* the first restoration: as in the backup */
#ifndef NOTICED
    recover();
#endif
    tellAll(255)
}

/* `central recover`. */
inline recover() {
    beginEpoch();
    recovering = true
}

/* A copy of device 0's file begins to live on another machine. */
inline clone() {
    d[2].lives = true;
    d[2].replica = d[0].replica; d[2].end = d[0].end; d[2].receipt = d[0].receipt;
    d[2].vv = d[0].vv; d[2].has = d[0].has; d[2].aside = d[0].aside;
    d[2].position = d[0].position; d[2].life = d[0].life;
    d[2].hasCursor = d[0].hasCursor; d[2].gap = d[0].gap;
    d[2].epoch = d[0].epoch; d[2].acked = d[0].acked; d[2].limit = d[0].limit; d[2].key = d[0].key;
    d[2].wrote = d[0].wrote; d[2].reason = true; d[2].status = PENDING;
    copied = d[0].wrote;
    printf("device 0's file is copied: device 2\n")
}

/* Device 0's machine dies after its file was copied: with the copy still unused, this is a device
   that was restored from a backup. */
inline die() {
    printf("device 0 dies\n");
    dead = d[0].wrote & ~copied;    /* and what only a restored central had */
    for (i : 1 .. CHANGES - 1) {
        if
        :: HAS(ever, i) && REWINDS == 0 -> dead = dead & ~BIT(change[i].content)
        :: else
        fi
    }
    i = 0;
    forgetReply(0);
    d[0].lives = false; d[0].phase = IDLE; d[0].need = false; d[0].repaired = false; d[0].reason = false;
    d[0].epoch = 0; d[0].acked = 0; d[0].limit = 0; d[0].key = 0; d[0].offer = false;
    d[0].replica = 0; d[0].end = 0; d[0].receipt = 0; d[0].vv = 0; d[0].has = 0; d[0].aside = 0;
    d[0].position = 0; d[0].life = 0; d[0].hasCursor = false; d[0].gap = false; d[0].wrote = 0;
    d[0].writes = 0; d[0].status = PENDING
}

/* Nothing can happen any more. */
inline checkEnd() {
    printf("all is still: central has %x refused %x vv %x\n", centralHas, centralRefused, centralVV);
    for (j : 0 .. DEVICES - 1) {
        if
        :: d[j].lives ->
           PROMISE(4, d[j].phase == IDLE && d[j].status != PENDING);
           PROMISE(10, d[j].status == SYNCED);
           PROMISE(2, d[j].vv == centralVV && d[j].has == centralHas);
           PROMISE(9, (d[j].aside & centralHas) == 0)   /* what was taken waits for nobody */
        :: else
        fi
    }
    for (n : 1 .. CHANGES - 1) {
        if
        :: n <= lastContent ->
           isKnown = 0; isStates = false;
           for (i : 1 .. CHANGES - 1) {
               if
               :: change[i].content == n && HAS(centralHas, i) -> isKnown++
               :: change[i].content == n && HAS(centralRefused | d[0].aside | d[1].aside | d[2].aside, i) ->
                  isStates = true
               :: else
               fi
           }
           /* 6: nothing unsynced is dropped, nor what a device holds, and nothing comes twice unless
              two copies had it to push. 9: what is fit is taken. */
           PROMISE(6, isKnown || isStates || HAS(dead & ~held, n));
           PROMISE(6, isKnown <= 1 || HAS(copied | twice, n));
           PROMISE(9, isKnown || HAS(bad, n) || HAS(dead & ~held, n));
           /* 9: what was refused is kept, and shown at every desk that wrote it. */
           for (j : 0 .. DEVICES - 1) {
               isKnown = false;
               for (i : 1 .. CHANGES - 1) {
                   if
                   :: change[i].content == n && (HAS(d[j].aside, i) || HAS(d[j].has, i)) ->
                      isKnown = true
                   :: else
                   fi
               }
               PROMISE(9, isKnown || !d[j].lives || !HAS(d[j].wrote, n))
           }
        :: else
        fi
    }
}

proctype World() {
#if REWINDS
    byte newEnd;
#endif
endWorld:
    do
#ifdef CLONE
    :: d_step { !d[2].lives && d[0].lives && lastContent >= COPYFROM -> clone() }
#ifndef NODEATH
    :: d_step { d[2].lives && d[0].lives -> die() }
#endif
#endif
#if REWINDS
    :: atomic { rewinds < REWINDS && feedEnd > 0 && MAYREWIND ->
           rewinds++;
           select(newEnd : 0 .. feedEnd - 1);
           d_step { rewind(newEnd); newEnd = 0 } }
#endif
#ifdef RECOVER                  /* later; n of them */
    :: d_step { rewinds > 0 && recoveries < RECOVER -> recoveries++; recover() }
#endif
    :: d_step { lateEnd != 0 ->
           vv = 0; has = 0;
           ingest(change[lateEnd].replica, lateEnd, latePush, 255, false, lateEpoch);
           tellAll(255);
           lateEnd = 0; latePush = 0; lateEpoch = 0 }
#ifdef UNBOUNDED
    :: d_step { !good -> good = true }
#endif
    :: atomic { timeout -> d_step { checkEnd(); n = 0 }; break }
    od
}

#define isSettled (d[0].phase == IDLE && !d[0].reason && d[1].phase == IDLE && !d[1].reason && \
                   d[0].status == SYNCED && d[1].status == SYNCED)
#ifdef UNBOUNDED
/* 4: once the link lets messages through, the sync finishes. */
ltl progress { [] (good -> <> isSettled) }
#endif

init {
    atomic {
        d[0].lives = true; d[0].hasCursor = true; d[0].status = SYNCED;
        d[1].lives = true; d[1].hasCursor = true; d[1].status = SYNCED;
        d[1].replica = 1;
        run World();
        run Desk(0); run Link(0);
        run Desk(1); run Link(1);
#ifdef CLONE
        run Desk(2); run Link(2)
#endif
    }
}
