package dev.firn.core.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ForwardingDiskTest {
  private final List<String> calls = new ArrayList<>();

  @Test
  void everyCallIsHandedOnAsItIs() throws Exception {
    Disk below =
        (Disk)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Disk.class},
                (proxy, method, arguments) -> {
                  calls.add(method.getName() + List.of(arguments));
                  return method.getReturnType() == boolean.class
                      ? Boolean.TRUE
                      : method.getReturnType() == long.class ? 7L : null;
                });
    Disk disk = new ForwardingDisk(below) {};
    for (Method method : Disk.class.getMethods()) {
      Object[] paths =
          IntStream.range(0, method.getParameterCount())
              .mapToObj(i -> Path.of(method.getName() + i))
              .toArray();
      calls.clear();
      method.invoke(disk, paths);
      assertThat(calls).containsExactly(method.getName() + List.of(paths));
    }
  }
}
