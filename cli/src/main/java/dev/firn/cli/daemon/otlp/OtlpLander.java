package dev.firn.cli.daemon.otlp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.daemon.ingest.AppendFailure;
import dev.firn.cli.daemon.ingest.Appending;
import dev.firn.cli.daemon.ingest.Intake;
import dev.firn.cli.daemon.ingest.TreeBudget;
import dev.firn.cli.daemon.ledger.Ledger;
import dev.firn.cli.daemon.ledger.Rejection;
import dev.firn.cli.daemon.ledger.SourceLedger;
import dev.firn.cli.daemon.ledger.Tally;
import dev.firn.core.append.MismatchException;
import dev.firn.core.append.Receipt;
import dev.firn.core.rows.JsonExchange;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lands a request, one exchange a service; of a service with more than {@link RecordReader} makes
 * rows of at a time, several. They land one after the other and the first that fails ends it, so
 * that the sender is told to come again with all: each goes by a key that follows from the request,
 * and what has landed is answered from its receipt and not landed twice.
 */
final class OtlpLander {
  /** Exporters give up after minutes. One that sends each second is known by 3,600 receipts. */
  private static final Duration CONTENT_WINDOW = Duration.ofHours(1);

  private final Appending appending;
  private final TreeBudget trees;
  private final Ledger ledger;
  private final Intake intake;

  OtlpLander(Appending appending, TreeBudget trees, Ledger ledger, Intake intake) {
    this.appending = appending;
    this.trees = trees;
    this.ledger = ledger;
    this.intake = intake;
  }

  /** Why not all went in; the sender may come again if it is for nothing in the request. */
  record Trouble(boolean comeAgain, String message, Rejection why) {}

  /**
   * What became of a request.
   *
   * @param records that it has
   * @param rejected of them for what they are
   * @param problem of the first that was; empty if none was
   * @param trouble null if all others are on the disk
   * @param partition that something landed in; empty if nothing did
   */
  record Outcome(
      long records, long rejected, String problem, @Nullable Trouble trouble, String partition) {}

  /**
   * What a repetition of a request is known by.
   *
   * @param given by the sender, who may give another request the same by mistake; else it follows
   *     from the bytes of the request
   */
  record Key(String text, boolean given) {}

  Outcome land(Signal signal, Outline outline, Key key) throws InterruptedException {
    for (Outline.Part part : outline.parts()) {
      SourceLedger page = ledger.of(part.source(), signal.text());
      page.seen();
      page.received(tally(part));
    }
    long records = 0;
    long rejected = 0;
    String problem = "";
    String partition = "";
    @Nullable Trouble trouble = null;
    for (Outline.Part part : outline.parts()) {
      records += part.records();
      if (trouble != null) {
        ledger.of(part.source(), signal.text()).rejected(tally(part), Rejection.NOT_TRIED);
        continue;
      }
      PartLanding landing = new PartLanding(signal, part, key);
      landing.land();
      rejected += landing.rejected;
      problem = problem.isEmpty() ? landing.problem : problem;
      partition = landing.partition.isEmpty() ? partition : landing.partition;
      trouble = landing.trouble;
    }
    return new Outcome(records, rejected, problem, trouble, partition);
  }

  private static Tally tally(Outline.Part part) {
    return new Tally(1, part.records(), part.bytes());
  }

  /** The exchanges of one service. */
  private final class PartLanding implements RecordReader.Sink {
    private final Signal signal;
    private final Outline.Part part;
    private final Key key;
    private int exchanges;
    private long landed;
    private long mismatched;
    private long rejected;
    private boolean held;
    private String problem = "";
    private String partition = "";
    private @Nullable Trouble trouble;

    PartLanding(Signal signal, Outline.Part part, Key key) {
      this.signal = signal;
      this.part = part;
      this.key = key;
    }

    void land() throws InterruptedException {
      RecordReader reader = new RecordReader(signal, this);
      long taken = trees.take(RecordReader.estimateBytes(signal, part));
      boolean done = false;
      try {
        reader.read(part);
        done = true;
      } finally {
        trees.give(taken);
        if (!done && trouble == null) {
          trouble = new Trouble(false, "internal error", Rejection.FAILED);
        }
        rejected = reader.rejected() + mismatched;
        if (problem.isEmpty() && reader.firstProblem() != null) {
          problem = reader.firstProblem();
        }
        account();
      }
    }

    /** The exchange counts where its last row does. */
    private void account() {
      SourceLedger page = ledger.of(part.source(), signal.text());
      long malformed = rejected - mismatched;
      long rest = part.records() - landed - rejected;
      if (landed > 0) {
        boolean all = trouble == null;
        page.landed(new Tally(all ? 1 : 0, landed, all ? part.bytes() : 0), held);
      }
      boolean none = trouble == null && landed == 0;
      if (malformed > 0) {
        long one = none ? 1 : 0;
        page.rejected(new Tally(one, malformed, one * part.bytes()), Rejection.MALFORMED);
      }
      if (mismatched > 0) {
        long one = none && malformed == 0 ? 1 : 0;
        page.rejected(new Tally(one, mismatched, one * part.bytes()), Rejection.MISMATCH);
      }
      if (trouble != null) {
        page.rejected(new Tally(1, rest, part.bytes()), trouble.why());
      }
    }

    @Override
    public boolean land(List<ObjectNode> rows, long bytes) {
      String own = exchanges == 0 ? key.text() : key.text() + "\n" + exchanges;
      exchanges++;
      ledger.landingBegins();
      try {
        Map<String, String> keys = Map.of("source", part.source());
        JsonExchange exchange = JsonExchange.of(rows, bytes);
        Receipt receipt =
            key.given()
                ? appending.append(signal.dataset(), keys, exchange, own)
                : appending.appendByContent(signal.dataset(), keys, exchange, own, CONTENT_WINDOW);
        landed += rows.size();
        held |= receipt.held();
        partition = receipt.partition();
        intake.landed(receipt.partition(), receipt.where(), receipt.held());
        return true;
      } catch (MismatchException e) {
        mismatched += rows.size();
        problem = problem.isEmpty() ? String.valueOf(e.getMessage()) : problem;
        return true;
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        AppendFailure found = AppendFailure.of(e, signal.dataset());
        trouble = new Trouble(found.comeAgain(), found.message(), found.why());
      } finally {
        ledger.landingEnds();
      }
      return false;
    }
  }
}
