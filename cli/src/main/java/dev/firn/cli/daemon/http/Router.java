package dev.firn.cli.daemon.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Past the guard to the endpoint of a path and a method. */
final class Router extends Handler.Abstract {
  private static final Logger LOG = Logger.getLogger(Router.class.getName());

  /** Where there is no endpoint: it turns away as any does. */
  private static final Endpoint NOBODY =
      (request, response, callback) -> {
        throw new AssertionError("nobody is asked");
      };

  private final Guard guard;
  private final Map<Pattern, Map<String, Endpoint>> routes;

  Router(Guard guard, Map<String, Endpoint> endpoints) {
    this.guard = guard;
    this.routes = new LinkedHashMap<>();
    Map<String, Pattern> patterns = new LinkedHashMap<>();
    endpoints.forEach(
        (route, endpoint) -> {
          int space = route.indexOf(' ');
          Pattern path =
              patterns.computeIfAbsent(
                  route.substring(space + 1),
                  text -> Pattern.compile(text.replaceAll("\\{[a-z]+}", "[^/]+")));
          routes
              .computeIfAbsent(path, p -> new LinkedHashMap<>())
              .put(route.substring(0, space), endpoint);
        });
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Map<String, Endpoint> methods = methods(Request.getPathInContext(request));
    Endpoint speaker = methods.isEmpty() ? NOBODY : methods.values().iterator().next();
    try {
      answer(request, response, callback, methods, speaker);
    } catch (Exception e) {
      if (e instanceof HttpException known) {
        // What Jetty finds when it takes a request apart, such as a query that is no UTF-8.
        speaker.turnAway(
            request, response, callback, known.getCode(), String.valueOf(known.getReason()));
        return true;
      }
      LOG.log(Level.WARNING, request.getHttpURI().getPath() + " failed", e);
      speaker.turnAway(request, response, callback, 500, "internal error: " + e);
    }
    return true;
  }

  /** Of a path, each with its endpoint; none if there is no such path. */
  private Map<String, Endpoint> methods(String path) {
    for (Map.Entry<Pattern, Map<String, Endpoint>> route : routes.entrySet()) {
      if (route.getKey().matcher(path).matches()) {
        return route.getValue();
      }
    }
    return Map.of();
  }

  /**
   * @param speaker an endpoint of the path, in whose words a request is turned away
   */
  private void answer(
      Request request,
      Response response,
      Callback callback,
      Map<String, Endpoint> methods,
      Endpoint speaker)
      throws Exception {
    Optional<Guard.Refusal> refusal = guard.check(request);
    if (refusal.isPresent()) {
      if (refusal.get().status() == 401) {
        response.getHeaders().add(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"firn\"");
        response.getHeaders().add(HttpHeader.WWW_AUTHENTICATE, "Bearer realm=\"firn\"");
      }
      speaker.turnAway(
          request, response, callback, refusal.get().status(), refusal.get().message());
      return;
    }
    String path = Request.getPathInContext(request);
    if (methods.isEmpty()) {
      speaker.turnAway(request, response, callback, 404, "there is no " + path);
      return;
    }
    String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
    @Nullable Endpoint endpoint = methods.get(method);
    if (endpoint == null) {
      String allowed = String.join(", ", new TreeSet<>(methods.keySet()));
      response.getHeaders().put(HttpHeader.ALLOW, allowed);
      String message = request.getMethod() + " is not for " + path + "; " + allowed;
      speaker.turnAway(request, response, callback, 405, message);
      return;
    }
    endpoint.answer(request, response, callback);
  }
}
