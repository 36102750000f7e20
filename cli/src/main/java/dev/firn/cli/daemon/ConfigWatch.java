package dev.firn.cli.daemon;

import dev.firn.cli.config.Config;
import dev.firn.cli.daemon.life.Token;
import dev.firn.cli.failure.Failure;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The configuration in effect. What is on the disk takes its place when it is looked at and in
 * order; what is not is reported, and the one before stays.
 */
final class ConfigWatch {
  private static final Logger LOG = Logger.getLogger(ConfigWatch.class.getName());

  private final Session session;
  private volatile Config config;
  private volatile Optional<Token> token;
  private volatile Optional<String> problem = Optional.empty();

  /** Throws what is wrong with the configuration at the start. */
  ConfigWatch(Session session) throws IOException {
    this.session = session;
    this.config = session.config();
    this.token = Token.load(config.daemon());
  }

  Config config() {
    return config;
  }

  Optional<Token> token() {
    return token;
  }

  /** Why what is on the disk is not in effect. */
  Optional<String> problem() {
    return problem;
  }

  /** What is done with a configuration before it takes effect. */
  interface Taker {
    void take(Config config) throws IOException;
  }

  /** Looks at the disk; true if another configuration has taken effect. */
  synchronized boolean look(Taker taker) {
    try {
      Config found = session.config();
      Optional<Token> foundToken = Token.load(found.daemon());
      boolean changed = !found.settings().equals(config.settings());
      if (changed) {
        String listen = found.daemon().host() + ":" + found.daemon().port();
        String before = config.daemon().host() + ":" + config.daemon().port();
        if (!listen.equals(before)) {
          throw new IOException(
              "daemon.listen is " + listen + " now; that needs a restart, listening on " + before);
        }
        taker.take(found);
        config = found;
        LOG.log(Level.INFO, "another configuration is in effect");
      }
      token = foundToken;
      problem = Optional.empty();
      return changed;
    } catch (IOException | RuntimeException e) {
      String found =
          e.getClass() == IOException.class
              ? String.valueOf(e.getMessage())
              : Failure.of(e).message();
      if (!problem.equals(Optional.of(found))) {
        LOG.log(Level.WARNING, "the configuration was not taken: {0}", found);
      }
      problem = Optional.of(found);
      return false;
    }
  }
}
