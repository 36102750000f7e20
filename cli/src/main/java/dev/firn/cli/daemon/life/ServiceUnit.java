package dev.firn.cli.daemon.life;

import java.util.List;
import java.util.stream.Collectors;

/** What service managers read, in their own quoting. */
public final class ServiceUnit {
  private ServiceUnit() {}

  /** A systemd unit. What cannot be by configuration, or by another daemon, is not tried again. */
  public static String systemd(List<String> command, String root) {
    return """
        [Unit]
        Description=Firn, the cache in %s

        [Service]
        ExecStart=%s
        ExecReload=/bin/kill -HUP $MAINPID
        Restart=on-failure
        RestartSec=5
        RestartPreventExitStatus=2 4
        TimeoutStopSec=15
        KillMode=mixed

        [Install]
        WantedBy=default.target
        """
        .formatted(
            specifiers(root).replace("\n", " "),
            command.stream().map(ServiceUnit::systemdWord).collect(Collectors.joining(" ")))
        .stripTrailing();
  }

  private static String systemdWord(String word) {
    String escaped =
        specifiers(word).replace("\\", "\\\\").replace("\"", "\\\"").replace("$", "$$");
    return word.matches("[A-Za-z0-9_./=:+-]+") ? word : "\"" + escaped + "\"";
  }

  private static String specifiers(String text) {
    return text.replace("%", "%%");
  }

  /** A launchd property list. */
  public static String launchd(List<String> command) {
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0">
        <dict>
          <key>Label</key>
          <string>dev.firn.daemon</string>
          <key>ProgramArguments</key>
          <array>
        %s
          </array>
          <key>RunAtLoad</key>
          <true/>
          <key>KeepAlive</key>
          <dict>
            <key>SuccessfulExit</key>
            <false/>
          </dict>
          <key>ExitTimeOut</key>
          <integer>15</integer>
        </dict>
        </plist>
        """
        .formatted(
            command.stream()
                .map(word -> "    <string>" + xml(word) + "</string>")
                .collect(Collectors.joining("\n")))
        .stripTrailing();
  }

  private static String xml(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
