package dev.firn.cli.daemon.http;

import dev.firn.cli.config.DaemonSettings;
import dev.firn.cli.daemon.life.Token;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * HTTP on one address. A bounded number of connections and threads; no thread waits for bytes of a
 * client. Bytes that come too slowly end their connection: see {@link SlowConnections} for headers,
 * {@link BodyReader} for bodies, the idle timeout for silence.
 */
public final class HttpService implements Closeable {
  private static final int HEADER_BYTES = 16 << 10;
  private static final int THREADS = 16;

  private final Server server;
  private final ServerConnector connector;
  private final String host;

  private HttpService(Server server, ServerConnector connector, String host) {
    this.server = server;
    this.connector = connector;
    this.host = host;
  }

  /**
   * Begins to answer.
   *
   * @param endpoints by method and path, as in {@code POST /v1/datasets/{dataset}/append}
   * @throws BindException if the address cannot be had
   */
  public static HttpService start(
      DaemonSettings settings, Supplier<Optional<Token>> token, Map<String, Endpoint> endpoints)
      throws IOException {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS, 4, 60_000);
    threads.setName("firn-http");
    threads.setDaemon(true);
    Server server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendDateHeader(true);
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setResponseHeaderSize(HEADER_BYTES);
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(settings.idleTimeout().toMillis());
    connector.setShutdownIdleTimeout(1000);
    connector.setAcceptQueueSize(128);
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(settings.maxConnections(), connector));
    SlowConnections slow = new SlowConnections(settings.idleTimeout());
    connector.addBean(slow);
    server.addBean(slow);
    server.setErrorHandler(new JsonErrors());
    server.setHandler(new Router(new Guard(settings.host(), token), endpoints));
    server.setStopTimeout(0);
    try {
      server.start();
    } catch (Exception e) {
      stop(server);
      if (e instanceof IOException io) {
        throw unbound(settings, io);
      }
      throw new IOException("HTTP cannot be started: " + e, e);
    }
    return new HttpService(server, connector, settings.host());
  }

  private static BindException unbound(DaemonSettings settings, IOException failure) {
    Throwable reason = failure.getCause() == null ? failure : failure.getCause();
    BindException unbound =
        new BindException(
            "daemon.listen: "
                + settings.host()
                + ":"
                + settings.port()
                + " cannot be had: "
                + reason.getMessage());
    unbound.initCause(failure);
    return unbound;
  }

  /** Where it listens, as the beginning of a URL. */
  public String address() {
    String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
    return "http://" + name + ":" + connector.getLocalPort();
  }

  /** Connections that are open. */
  public int connections() {
    return connector.getConnectedEndPoints().size();
  }

  /** Takes no more connections; those that are open go on. */
  public void stopAccepting() {
    connector.setAccepting(false);
  }

  @Override
  public void close() {
    stop(server);
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("HTTP cannot be stopped", e);
    }
  }

  /** What is wrong below the level of endpoints, in the same form. */
  private static final class JsonErrors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      @Nullable Object message = request.getAttribute(ERROR_MESSAGE);
      int status = response.getStatus();
      if (status >= 400 && status < 500) {
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
      }
      Reply.problem(
          response, callback, status, message == null ? "bad request" : message.toString());
      return true;
    }
  }
}
