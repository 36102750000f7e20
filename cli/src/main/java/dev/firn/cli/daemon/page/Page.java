package dev.firn.cli.daemon.page;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.daemon.ledger.SourceLedger;
import dev.firn.cli.daemon.ticks.NextRun;
import dev.firn.cli.query.StatusTotals;
import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Durations;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code /}: one page for people, with nothing from elsewhere and no script. What needs attention
 * comes first. Everything that a name could bring into it is escaped.
 */
final class Page {
  private static final int PARTITIONS = 200;
  private static final String DATASETS = "datasets/";

  private static final String STYLE =
      """
      :root{color-scheme:light dark;--line:#8884;--soft:#8882;--bad:#b3261e;--good:#1b7f3b}
      @media (prefers-color-scheme:dark){:root{--bad:#ff8a80;--good:#7bd88f}}
      *{box-sizing:border-box}
      body{font:16px/1.45 system-ui,sans-serif;max-width:64rem;margin:0 auto;padding:1rem}
      h1{font-size:1.3rem;margin:0}h2{font-size:1rem;margin:1.8rem 0 .5rem}
      .root{word-break:break-all;opacity:.7;font-size:.85rem}
      .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.6rem;margin-top:1rem}
      .card{border:1px solid var(--line);border-radius:.6rem;padding:.6rem .8rem}
      .card b{display:block;font-size:1.25rem}.card span{font-size:.8rem;opacity:.75}
      .bad{border-left:.3rem solid var(--bad);background:var(--soft);padding:.6rem .8rem;margin:.5rem 0;
       border-radius:.3rem;overflow-wrap:anywhere}
      .good{color:var(--good)}
      table{border-collapse:collapse;width:100%;font-size:.9rem}
      th{text-align:left;font-weight:600;font-size:.8rem;opacity:.75}
      td,th{padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
      .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
      .no{color:var(--bad);font-weight:600;white-space:normal}
      .name{overflow-wrap:anywhere}
      button{font:inherit;padding:.5rem 1rem;border-radius:.5rem;border:1px solid var(--line);cursor:pointer}
      @media (max-width:40rem){thead{display:none}tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}
       td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0;text-align:right}
       td:before{content:attr(data-k);opacity:.7;text-align:left}td.name{font-weight:600;text-align:left}
       td.name:before{content:none}td.fact{display:block;text-align:left}}
      """;

  private final DaemonView view;
  private final StringBuilder html = new StringBuilder();

  Page(DaemonView view) {
    this.view = view;
  }

  String html() {
    CacheStatus status = view.cacheStatus();
    html.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        .append("<title>Firn</title><style>")
        .append(STYLE)
        .append("</style></head><body><h1>Firn</h1><div class=\"root\">");
    text(view.root());
    html.append("</div>");
    attention();
    cards(StatusTotals.of(status));
    maintenance();
    sources();
    partitions(status);
    return html.append("</body></html>\n").toString();
  }

  private void attention() {
    List<String> lines = view.attention();
    if (lines.isEmpty()) {
      html.append("<p class=\"good\">Nothing needs attention.</p>");
      return;
    }
    heading(
        Counted.of(lines.size(), "thing")
            + (lines.size() == 1 ? " needs" : " need")
            + " attention");
    for (String line : lines) {
      html.append("<div class=\"bad\">");
      text(line);
      html.append("</div>");
    }
  }

  private void cards(StatusTotals totals) {
    Memory memory = Memory.now();
    html.append("<div class=\"cards\">");
    card(Counted.number(totals.rows()), "rows");
    card(ByteSize.format(totals.bytes()), "live data");
    card(Counted.number(totals.dataFiles()), "data files");
    card(Counted.number(totals.partitions()), "partitions");
    card(ByteSize.format(totals.retiredBytes()), "retired, freed when grace ends");
    card(ByteSize.format(view.ticker.freeBytes()), "free on the disk");
    card(ByteSize.format(memory.residentBytes().orElse(memory.heapBytes())), "memory");
    html.append("</div>");
  }

  private void card(String value, String what) {
    html.append("<div class=\"card\"><b>");
    text(value);
    html.append("</b><span>");
    text(what);
    html.append("</span></div>");
  }

  private void maintenance() {
    heading("Maintenance");
    Instant now = view.now();
    html.append("<table><tbody>");
    view.ticker
        .running()
        .ifPresent(
            running ->
                fact(
                    "Now",
                    "a pass, for "
                        + Durations.format(Duration.between(running.since(), now))
                        + " ("
                        + running.why()
                        + ")"
                        + (running.partition().isEmpty() ? "" : ": " + running.partition())));
    fact("Last pass", view.ticker.lastPass().map(p -> lastPass(p.document(), now)).orElse("none"));
    view.ticker
        .lastPass()
        .ifPresent(pass -> fact("Reclaimed", reclaimed(pass.document().path("totals"))));
    NextRun next = view.ticker.next();
    fact("Next pass", next.at().map(at -> in(at, now) + ", ").orElse("") + next.why());
    html.append("</tbody></table><form method=\"post\" action=\"/v1/maintain?from=page\"><p>")
        .append("<button")
        .append(view.ticker.running().isPresent() ? " disabled" : "")
        .append(">Run a pass now</button></p></form>");
  }

  private static String in(Instant at, Instant now) {
    return at.isAfter(now) ? "in " + Durations.format(Duration.between(now, at)) : "now";
  }

  private static String lastPass(JsonNode pass, Instant now) {
    return Durations.ago(pass.path("at").asText(), now)
        + ", "
        + Durations.format(Duration.ofMillis(pass.path("elapsedMs").asLong()))
        + ": "
        + pass.path("outcome").asText()
        + "; "
        + pass.path("totals").path("compacted").asLong()
        + " compacted, "
        + pass.path("totals").path("skipped").asLong()
        + " skipped; it ran because: "
        + pass.path("why").asText();
  }

  private static String reclaimed(JsonNode totals) {
    return ByteSize.format(totals.path("bytesReclaimed").asLong())
        + " by the last pass, "
        + ByteSize.format(totals.path("bytesPending").asLong())
        + " more when graces end; "
        + Counted.of(totals.path("rowsDropped").asLong(), "row")
        + " dropped";
  }

  private void fact(String name, String value) {
    html.append("<tr><td class=\"name\">");
    text(name);
    html.append("</td><td class=\"fact\">");
    text(value);
    html.append("</td></tr>");
  }

  private void sources() {
    heading("Sources since " + view.ledger.since().toString().substring(0, 19) + "Z");
    List<SourceLedger.Entry> entries = view.ledger.entries();
    if (entries.isEmpty()) {
      html.append("<p>None yet.</p>");
      return;
    }
    head(
        "Source",
        "Rows",
        "Rows/s (1 min)",
        "Rows/s (10 min)",
        "Bytes",
        "Rejected",
        "Deferred",
        "Last seen");
    for (SourceLedger.Entry entry : entries) {
      html.append("<tr>");
      name(entry.title());
      number("Rows", Counted.number(entry.landed().rows()));
      number("Rows/s (1 min)", rate(entry.lastMinute().rows() / 60.0));
      number("Rows/s (10 min)", rate(entry.lastTenMinutes().rows() / 600.0));
      number("Bytes", ByteSize.format(entry.landed().bytes()));
      reasons("Rejected", rejected(entry));
      reasons("Deferred", deferred(entry));
      number(
          "Last seen",
          entry.lastSeen().map(at -> Durations.ago(at.toString(), view.now())).orElse("never"));
      html.append("</tr>");
    }
    html.append("</tbody></table>");
  }

  private static String rejected(SourceLedger.Entry entry) {
    return entry.rejected().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .filter(reason -> reason.getValue().exchanges() > 0)
        .map(reason -> counted(reason.getValue().exchanges(), reason.getKey().text()))
        .collect(Collectors.joining(", "));
  }

  private static String deferred(SourceLedger.Entry entry) {
    return entry.deferred().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .filter(reason -> reason.getValue() > 0)
        .map(reason -> counted(reason.getValue(), reason.getKey().text()))
        .collect(Collectors.joining(", "));
  }

  private static String counted(long count, String reason) {
    return Counted.number(count) + " " + reason.replace('_', ' ');
  }

  /** How often by reason, so that it is seen who is to blame for what; nothing is a plain 0. */
  private void reasons(String what, String reasons) {
    html.append("<td class=\"n").append(reasons.isEmpty() ? "" : " no").append("\" data-k=\"");
    text(what);
    html.append("\">");
    text(reasons.isEmpty() ? "0" : reasons);
    html.append("</td>");
  }

  private static String rate(double perSecond) {
    return perSecond >= 10
        ? Counted.number(Math.round(perSecond))
        : String.format(java.util.Locale.ROOT, "%.1f", perSecond);
  }

  private void partitions(CacheStatus status) {
    heading("Partitions");
    head("Partition", "Rows", "Files", "Bytes", "Next run");
    for (PartitionStatus partition :
        status.partitions().subList(0, Math.min(PARTITIONS, status.partitions().size()))) {
      Optional<LiveContent> live = partition.live();
      html.append("<tr>");
      String path = partition.partition().path();
      name(path.startsWith(DATASETS) ? path.substring(DATASETS.length()) : path);
      number("Rows", live.map(l -> Counted.number(l.rows())).orElse("?"));
      number("Files", live.map(l -> Counted.number(l.dataFiles())).orElse("?"));
      number("Bytes", live.map(l -> ByteSize.format(l.bytes())).orElse("?"));
      cell("Next run", (partition.due() ? "due: " : "not due: ") + partition.dueReason());
      html.append("</tr>");
    }
    html.append("</tbody></table>");
    if (status.partitions().size() > PARTITIONS) {
      html.append("<p>");
      text(Counted.of(status.partitions().size() - PARTITIONS, "more partition"));
      html.append(" in /v1/status.</p>");
    }
  }

  private void heading(String text) {
    html.append("<h2>");
    text(text);
    html.append("</h2>");
  }

  private void head(String... names) {
    html.append("<table><thead><tr>");
    for (int i = 0; i < names.length; i++) {
      html.append(i == 0 || names[i].equals("Next run") ? "<th>" : "<th class=\"n\">");
      text(names[i]);
      html.append("</th>");
    }
    html.append("</tr></thead><tbody>");
  }

  private void name(String value) {
    html.append("<td class=\"name\">");
    text(value);
    html.append("</td>");
  }

  private void number(String what, String value) {
    html.append("<td class=\"n\" data-k=\"");
    text(what);
    html.append("\">");
    text(value);
    html.append("</td>");
  }

  private void cell(String what, String value) {
    html.append("<td data-k=\"");
    text(what);
    html.append("\">");
    text(value);
    html.append("</td>");
  }

  private void text(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> html.append("&lt;");
        case '>' -> html.append("&gt;");
        case '&' -> html.append("&amp;");
        case '"' -> html.append("&quot;");
        case '\'' -> html.append("&#39;");
        default -> html.append(c);
      }
    }
  }
}
