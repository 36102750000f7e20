package dev.firn.cli.daemon.page;

import dev.firn.cli.daemon.http.Endpoint;
import dev.firn.cli.daemon.http.Reply;
import dev.firn.cli.query.PassReportJson;
import dev.firn.core.layout.Names;
import dev.firn.maintenance.report.PassReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** Everything that is asked of a daemon but to append. */
public final class Endpoints {
  private static final Set<String> PARAMETERS = Set.of("dataset", "dryRun", "from");

  private final DaemonView view;

  public Endpoints(DaemonView view) {
    this.view = view;
  }

  /** By method and path. */
  public Map<String, Endpoint> all() {
    Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    endpoints.put("GET /healthz", (request, response, callback) -> health(response, callback));
    endpoints.put("GET /readyz", (request, response, callback) -> ready(response, callback));
    endpoints.put(
        "GET /v1/status",
        (request, response, callback) ->
            Reply.json(response, callback, 200, new StatusDocument(view)::write));
    endpoints.put(
        "GET /metrics",
        (request, response, callback) ->
            Reply.text(response, callback, 200, Metrics.TYPE, new Metrics(view).text()));
    endpoints.put(
        "GET /",
        (request, response, callback) -> {
          response
              .getHeaders()
              .put(
                  "Content-Security-Policy",
                  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
                      + " frame-ancestors 'none'");
          Reply.text(response, callback, 200, "text/html;charset=utf-8", new Page(view).html());
        });
    endpoints.put("POST /v1/maintain", this::maintain);
    return endpoints;
  }

  private void health(Response response, Callback callback) {
    Reply.json(
        response,
        callback,
        200,
        json -> {
          json.writeStringField("status", view.isStopping() ? "stopping" : "ok");
          json.writeNumberField("pid", ProcessHandle.current().pid());
        });
  }

  private void ready(Response response, Callback callback) {
    Optional<String> why = view.notReady();
    List<String> attention = view.attention();
    Reply.json(
        response,
        callback,
        why.isPresent() ? 503 : 200,
        json -> {
          json.writeBooleanField("ready", why.isEmpty());
          json.writeStringField("reason", why.orElse(null));
          json.writeArrayFieldStart("attention");
          for (String line : attention) {
            json.writeString(line);
          }
          json.writeEndArray();
        });
  }

  /** A dry run is answered with its report; a pass only begins. */
  private void maintain(Request request, Response response, Callback callback) throws Exception {
    Fields query = Request.extractQueryParameters(request);
    for (String name : query.getNames()) {
      if (!PARAMETERS.contains(name)) {
        Reply.problem(
            response,
            callback,
            400,
            "parameter \"" + name + "\" is not known; expected dataset or dryRun");
        return;
      }
    }
    List<String> datasets = query.getValuesOrEmpty("dataset");
    try {
      datasets.forEach(Names::requireDataset);
    } catch (IllegalArgumentException e) {
      Reply.problem(response, callback, 400, String.valueOf(e.getMessage()));
      return;
    }
    for (String dataset : datasets) {
      if (!view.datasets().contains(dataset)) {
        Reply.problem(response, callback, 404, "there is no dataset \"" + dataset + "\"");
        return;
      }
    }
    @Nullable String dryRun = query.getValue("dryRun");
    if (dryRun != null && !dryRun.equals("true") && !dryRun.equals("false")) {
      Reply.problem(
          response, callback, 400, "dryRun is \"" + dryRun + "\"; expected true or false");
      return;
    }
    if ("true".equals(dryRun)) {
      PassReport report = view.ticker.dryRun(datasets);
      Reply.json(response, callback, 200, json -> PassReportJson.write(json, report));
      return;
    }
    boolean begun = view.ticker.request(datasets);
    if ("page".equals(query.getValue("from"))) {
      response.getHeaders().put(HttpHeader.LOCATION, "/");
      Reply.text(response, callback, 303, "text/plain", "");
      return;
    }
    if (begun) {
      Reply.json(
          response,
          callback,
          202,
          json -> json.writeStringField("status", "a pass begins; /v1/status tells of it"));
    } else {
      Reply.problem(response, callback, 409, "a pass is under way already");
    }
  }
}
