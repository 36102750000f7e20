package dev.firn.cli;

import dev.firn.cli.session.StopSignal;
import java.lang.reflect.Proxy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SIGINT and SIGTERM, the first of each; a second one ends the process at once. SIGHUP each time.
 *
 * <p>Not by a shutdown hook: while hooks run, Iceberg's own has closed the threads that a publish
 * needs, and classes that register one on being loaded cannot be loaded any more. What Java offers
 * instead has no public name; where it is missing, the signals end the process as ever, and nothing
 * that was acknowledged is lost.
 */
final class ProcessSignals implements StopSignal {
  private static final List<String> NAMES = List.of("INT", "TERM");

  @Override
  public void onStop(Runnable action) {
    for (String name : NAMES) {
      try {
        handle(name, true, action);
      } catch (ReflectiveOperationException | IllegalArgumentException e) {
        return;
      }
    }
  }

  @Override
  public void onReload(Runnable action) {
    try {
      handle("HUP", false, action);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return;
    }
  }

  private static void handle(String name, boolean once, Runnable action)
      throws ReflectiveOperationException {
    Class<?> signalType = Class.forName("sun.misc.Signal");
    Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
    Object signal = signalType.getConstructor(String.class).newInstance(name);
    @Nullable Object byDefault = handlerType.getField("SIG_DFL").get(null);
    Object handler =
        Proxy.newProxyInstance(
            ProcessSignals.class.getClassLoader(),
            new Class<?>[] {handlerType},
            (proxy, method, arguments) -> {
              if (method.getName().equals("handle")) {
                if (once) {
                  signalType
                      .getMethod("handle", signalType, handlerType)
                      .invoke(null, signal, byDefault);
                }
                action.run();
                return null;
              }
              return method.invoke(name, arguments); // what every object has
            });
    signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
  }
}
