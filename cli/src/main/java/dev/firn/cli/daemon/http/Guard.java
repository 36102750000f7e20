package dev.firn.cli.daemon.http;

import dev.firn.cli.daemon.life.Token;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Who may speak.
 *
 * <ul>
 *   <li>Without a token only this machine can reach the daemon, and what a browser on it was lured
 *       into is kept out: {@code Host} must be a name of this machine, because a page whose name
 *       was made to lead here (DNS rebinding) still sends its own.
 *   <li>A request that a browser says comes from another page ({@code Origin}, {@code
 *       Sec-Fetch-Site}) is refused in any case.
 *   <li>With a token, it must be in {@code Authorization}, as {@code Bearer} or as the password of
 *       {@code Basic}, which browsers ask for. {@code /healthz} needs none.
 * </ul>
 */
final class Guard {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  private final String host;
  private final Supplier<Optional<Token>> token;

  Guard(String host, Supplier<Optional<Token>> token) {
    this.host = host;
    this.token = token;
  }

  /** Why a request goes no further. */
  record Refusal(int status, String message) {}

  Optional<Refusal> check(Request request) {
    String authority = String.valueOf(request.getHttpURI().getAuthority());
    Optional<Token> expected = token.get();
    if (expected.isEmpty() && !isOfThisMachine(request)) {
      return Optional.of(
          new Refusal(FORBIDDEN, "Host is \"" + authority + "\"; expected a name of this machine"));
    }
    @Nullable String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    if (origin != null && !isSame(origin, authority)) {
      return Optional.of(new Refusal(FORBIDDEN, "Origin is \"" + origin + "\", another page's"));
    }
    @Nullable String site = request.getHeaders().get("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return Optional.of(new Refusal(FORBIDDEN, "Sec-Fetch-Site is \"" + site + "\""));
    }
    boolean open = Request.getPathInContext(request).equals("/healthz");
    if (expected.isPresent() && !open) {
      @Nullable String given = given(request.getHeaders().get(HttpHeader.AUTHORIZATION));
      if (given == null || !expected.get().matches(given)) {
        return Optional.of(
            new Refusal(
                UNAUTHORIZED, given == null ? "a token is needed" : "this is not the token"));
      }
    }
    return Optional.empty();
  }

  private boolean isOfThisMachine(Request request) {
    String name = Request.getServerName(request).toLowerCase(Locale.ROOT);
    return LOOPBACK.contains(name) || name.equals(host.toLowerCase(Locale.ROOT));
  }

  /** A page of this daemon: {@code http} behind nothing, {@code https} behind a proxy. */
  private static boolean isSame(String origin, String authority) {
    String other = origin.toLowerCase(Locale.ROOT);
    String own = authority.toLowerCase(Locale.ROOT);
    return other.equals("http://" + own) || other.equals("https://" + own);
  }

  private static @Nullable String given(@Nullable String authorization) {
    if (authorization == null) {
      return null;
    }
    int space = authorization.indexOf(' ');
    String scheme = space < 0 ? "" : authorization.substring(0, space).toLowerCase(Locale.ROOT);
    String value = authorization.substring(space + 1).strip();
    if (scheme.equals("bearer")) {
      return value;
    }
    if (!scheme.equals("basic")) {
      return null;
    }
    try {
      String pair = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
      return pair.substring(pair.indexOf(':') + 1);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
