package dev.firn.cli.daemon.http;

import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers one kind of request, now or later; completes the callback once. */
@FunctionalInterface
public interface Endpoint {
  void answer(Request request, Response response, Callback callback) throws Exception;

  /** Answers a request of its path that goes no further; a protocol may want other words. */
  default void turnAway(
      Request request, Response response, Callback callback, int status, String message) {
    Reply.problem(response, callback, status, message);
  }
}
