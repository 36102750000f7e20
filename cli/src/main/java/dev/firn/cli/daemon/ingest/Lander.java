package dev.firn.cli.daemon.ingest;

import dev.firn.cli.daemon.ledger.Ledger;
import dev.firn.cli.daemon.ledger.Rejection;
import dev.firn.cli.daemon.ledger.SourceLedger;
import dev.firn.cli.daemon.ledger.Tally;
import dev.firn.core.append.Appended;
import dev.firn.core.append.MismatchException;
import dev.firn.core.append.Receipt;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.Mismatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lands the exchanges of one body, in their order and up to the first that fails.
 *
 * <p>All are parsed before the first one lands, so that of a body that is no JSON nothing goes in.
 * As many as are {@value #TOGETHER_BYTES} bytes as trees are parsed at a time, and land together,
 * in one file if they fit; of a body with more, each is parsed once more when it is its turn. The
 * answer is made when the last one is on the disk.
 */
final class Lander {
  /** By the estimate of {@link TreeBudget}: 600 exchanges of 5 rows of 15 small values. */
  private static final long TOGETHER_BYTES = 8L << 20;

  private final Appending appending;
  private final TreeBudget trees;
  private final Ledger ledger;
  private final Intake intake;

  Lander(Appending appending, TreeBudget trees, Ledger ledger, Intake intake) {
    this.appending = appending;
    this.trees = trees;
    this.ledger = ledger;
    this.intake = intake;
  }

  /**
   * Exchanges that follow each other and land together.
   *
   * @param bytes that they take as trees
   */
  private record Group(List<Exchanges.Place> places, long bytes) {}

  /**
   * @param key of the request; its first exchange goes by it, the others by it and their number
   */
  AppendResult land(
      Body body, boolean document, Target target, @Nullable String key, SourceLedger source)
      throws InterruptedException {
    Landing landing = new Landing(body, target, key, source);
    try {
      Exchanges exchanges = document ? Exchanges.ofDocument(body) : Exchanges.ofLines(body);
      landing.result.expect(exchanges.places().size());
      List<Group> groups = groups(body, exchanges.places());
      if (groups.size() == 1) {
        landing.landOnly(exchanges, groups.get(0));
      } else {
        landing.landAll(exchanges, groups);
      }
    } catch (BadBodyException e) {
      landing.malformed(e);
    }
    return landing.result;
  }

  private static List<Group> groups(Body body, List<Exchanges.Place> places) {
    List<Group> groups = new ArrayList<>();
    List<Exchanges.Place> group = new ArrayList<>();
    long groupBytes = 0;
    for (Exchanges.Place place : places) {
      long bytes = TreeBudget.estimate(body.bytes(), place.start(), place.end());
      if (!group.isEmpty() && groupBytes + bytes > TOGETHER_BYTES) {
        groups.add(new Group(List.copyOf(group), groupBytes));
        group.clear();
        groupBytes = 0;
      }
      group.add(place);
      groupBytes += bytes;
    }
    groups.add(new Group(List.copyOf(group), groupBytes));
    return groups;
  }

  /** One body on its way. */
  private final class Landing {
    private final Body body;
    private final Target target;
    private final @Nullable String key;
    private final SourceLedger source;
    private final AppendResult result = new AppendResult();

    /** Exchanges of the groups before. */
    private int tried;

    Landing(Body body, Target target, @Nullable String key, SourceLedger source) {
      this.body = body;
      this.target = target;
      this.key = key;
      this.source = source;
    }

    void malformed(BadBodyException problem) {
      Tally tally = new Tally(1, 0, body.length());
      source.received(tally);
      source.rejected(tally, Rejection.MALFORMED);
      result.malformed(problem);
    }

    void landOnly(Exchanges exchanges, Group group) throws BadBodyException, InterruptedException {
      long taken = trees.take(group.bytes());
      try {
        List<JsonExchange> parsed = parse(exchanges, group);
        List<Tally> tallies = tallies(group, parsed);
        tallies.forEach(source::received);
        land(group, parsed, tallies);
      } finally {
        trees.give(taken);
      }
    }

    void landAll(Exchanges exchanges, List<Group> groups)
        throws BadBodyException, InterruptedException {
      List<List<Tally>> tallies = new ArrayList<>();
      for (Group group : groups) {
        long taken = trees.take(group.bytes());
        try {
          tallies.add(tallies(group, parse(exchanges, group)));
        } finally {
          trees.give(taken);
        }
      }
      tallies.forEach(some -> some.forEach(source::received));
      int next = 0;
      while (next < groups.size() && result.isAcknowledged()) {
        Group group = groups.get(next);
        long taken = trees.take(group.bytes());
        try {
          land(group, parse(exchanges, group), tallies.get(next));
        } catch (BadBodyException e) {
          throw new AssertionError("parsed once and not again", e);
        } finally {
          trees.give(taken);
        }
        next++;
      }
      tallies.subList(next, groups.size()).forEach(some -> rejected(some, Rejection.NOT_TRIED));
    }

    private List<JsonExchange> parse(Exchanges exchanges, Group group) throws BadBodyException {
      List<JsonExchange> parsed = new ArrayList<>();
      for (Exchanges.Place place : group.places()) {
        parsed.add(exchanges.parse(place));
      }
      return parsed;
    }

    private List<Tally> tallies(Group group, List<JsonExchange> parsed) {
      List<Tally> tallies = new ArrayList<>();
      for (int i = 0; i < parsed.size(); i++) {
        tallies.add(new Tally(1, parsed.get(i).rows().size(), group.places().get(i).length()));
      }
      return tallies;
    }

    private void rejected(List<Tally> tallies, Rejection why) {
      tallies.forEach(tally -> source.rejected(tally, why));
    }

    private void land(Group group, List<JsonExchange> parsed, List<Tally> tallies) {
      int landed = 0;
      @Nullable Throwable failure;
      ledger.landingBegins();
      try {
        Appended appended = appending.append(target.dataset(), target.keys(), parsed, ids(parsed));
        for (Receipt receipt : appended.receipts()) {
          source.landed(tallies.get(landed++), receipt.held());
          result.acknowledged(receipt);
          intake.landed(receipt.partition(), receipt.where(), receipt.held());
        }
        failure = appended.failure();
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        failure = e;
      } finally {
        ledger.landingEnds();
      }
      tried += parsed.size();
      if (failure != null) {
        failed(failure, group.places().get(landed), tallies.subList(landed, tallies.size()));
      }
    }

    /** Of each exchange in the group; none if the request has no key. */
    private List<String> ids(List<JsonExchange> parsed) {
      List<String> ids = new ArrayList<>();
      if (key != null) {
        for (int number = tried; number < tried + parsed.size(); number++) {
          ids.add(number == 0 ? key : key + "\n" + number);
        }
      }
      return ids;
    }

    /**
     * @param rest of the group, from the exchange that failed on
     */
    private void failed(Throwable failure, Exchanges.Place place, List<Tally> rest) {
      Rejection why = Rejection.FAILED;
      Rejection whyNotTheOthers = Rejection.NOT_TRIED;
      if (failure instanceof MismatchException e) {
        why = Rejection.MISMATCH;
        result.failed(422, "mismatch", sentence(e.mismatch()));
        result.at(place.line());
      } else {
        AppendFailure found = AppendFailure.of(failure, target.dataset());
        why = found.why();
        if (why == Rejection.UNKNOWN) {
          whyNotTheOthers = why;
        }
        result.failed(found.status(), found.code(), found.message());
        if (why == Rejection.KEY_REUSED) {
          result.at(place.line());
        }
      }
      source.rejected(rest.get(0), why);
      rejected(rest.subList(1, rest.size()), whyNotTheOthers);
    }
  }

  private static String sentence(Mismatch mismatch) {
    return "row "
        + (mismatch.row() + 1)
        + ", column "
        + mismatch.column()
        + ": "
        + mismatch.value()
        + " is no "
        + mismatch.expected();
  }
}
