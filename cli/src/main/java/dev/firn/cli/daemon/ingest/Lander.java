package dev.firn.cli.daemon.ingest;

import dev.firn.cli.daemon.ledger.Ledger;
import dev.firn.cli.daemon.ledger.Rejection;
import dev.firn.cli.daemon.ledger.SourceLedger;
import dev.firn.cli.daemon.ledger.Tally;
import dev.firn.cli.failure.Failure;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.append.MismatchException;
import dev.firn.core.append.Receipt;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.Mismatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Lands the exchanges of one body after each other.
 *
 * <p>All are parsed before the first one lands, so that of a body that is no JSON nothing goes in.
 * Of several, each is parsed again when it is its turn: no more than one of them is in memory as a
 * tree. The answer is made when the last one is on the disk.
 */
final class Lander {
  private static final Logger LOG = Logger.getLogger(Lander.class.getName());

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
   * @param key of the request; its first exchange goes by it, the others by it and their number
   */
  AppendResult land(
      Body body, boolean document, Target target, @Nullable String key, SourceLedger source)
      throws InterruptedException {
    AppendResult result = new AppendResult();
    Exchanges exchanges;
    List<Tally> tallies = new ArrayList<>();
    try {
      exchanges = document ? Exchanges.ofDocument(body) : Exchanges.ofLines(body);
      result.expect(exchanges.places().size());
      if (exchanges.places().size() > 1) {
        for (Exchanges.Place place : exchanges.places()) {
          tallies.add(count(body, exchanges, place));
        }
      }
    } catch (BadBodyException e) {
      malformed(body, source, result, e);
      return result;
    }
    if (tallies.isEmpty()) {
      landOnly(body, exchanges, target, key, source, result);
    } else {
      tallies.forEach(source::received);
      landAll(body, exchanges, tallies, target, key, source, result);
    }
    return result;
  }

  private static void malformed(
      Body body, SourceLedger source, AppendResult result, BadBodyException problem) {
    Tally tally = new Tally(1, 0, body.length());
    source.received(tally);
    source.rejected(tally, Rejection.MALFORMED);
    result.malformed(problem);
  }

  private Tally count(Body body, Exchanges exchanges, Exchanges.Place place)
      throws BadBodyException, InterruptedException {
    long taken = trees.take(TreeBudget.estimate(body.bytes(), place.start(), place.end()));
    try {
      return new Tally(1, exchanges.parse(place).rows().size(), place.length());
    } finally {
      trees.give(taken);
    }
  }

  private void landOnly(
      Body body,
      Exchanges exchanges,
      Target target,
      @Nullable String key,
      SourceLedger source,
      AppendResult result)
      throws InterruptedException {
    Exchanges.Place place = exchanges.places().get(0);
    long taken = trees.take(TreeBudget.estimate(body.bytes(), place.start(), place.end()));
    try {
      JsonExchange exchange = exchanges.parse(place);
      Tally tally = new Tally(1, exchange.rows().size(), place.length());
      source.received(tally);
      land(exchange, tally, target, key, source, result, place);
    } catch (BadBodyException e) {
      malformed(body, source, result, e);
    } finally {
      trees.give(taken);
    }
  }

  private void landAll(
      Body body,
      Exchanges exchanges,
      List<Tally> tallies,
      Target target,
      @Nullable String key,
      SourceLedger source,
      AppendResult result)
      throws InterruptedException {
    int tried = 0;
    while (tried < tallies.size() && result.isAcknowledged()) {
      Exchanges.Place place = exchanges.places().get(tried);
      @Nullable String own = key == null || tried == 0 ? key : key + "\n" + tried;
      long taken = trees.take(TreeBudget.estimate(body.bytes(), place.start(), place.end()));
      try {
        land(exchanges.parse(place), tallies.get(tried), target, own, source, result, place);
      } catch (BadBodyException e) {
        throw new AssertionError("parsed once and not again", e);
      } finally {
        trees.give(taken);
      }
      tried++;
    }
    for (Tally rest : tallies.subList(tried, tallies.size())) {
      source.rejected(rest, Rejection.NOT_TRIED);
    }
  }

  private void land(
      JsonExchange exchange,
      Tally tally,
      Target target,
      @Nullable String key,
      SourceLedger source,
      AppendResult result,
      Exchanges.Place place) {
    ledger.landingBegins();
    try {
      Receipt receipt = appending.append(target.dataset(), target.keys(), exchange, key);
      source.landed(tally, receipt.held());
      result.acknowledged(receipt);
      intake.landed(receipt.partition(), receipt.where(), receipt.held());
    } catch (MismatchException e) {
      source.rejected(tally, Rejection.MISMATCH);
      result.failed(422, "mismatch", sentence(e.mismatch()));
      result.at(place.line());
    } catch (CommitStateUnknown e) {
      source.rejected(tally, Rejection.UNKNOWN);
      result.failed(500, "unknown", e.getMessage() + "; it may have landed");
      LOG.log(Level.WARNING, "it is unknown whether an exchange landed: {0}", e.getMessage());
    } catch (LeaseUnavailable e) {
      source.rejected(tally, Rejection.FAILED);
      result.failed(503, "held", String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      source.rejected(tally, Rejection.FAILED);
      String message = Failure.of(e).message();
      boolean full = message.contains("No space left");
      result.failed(full ? 507 : 500, full ? "disk_full" : "failed", message);
      LOG.log(Level.WARNING, target.dataset() + ": an append failed", e);
    } finally {
      ledger.landingEnds();
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
