package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.append.AppendCommand;
import dev.firn.cli.configure.InitCommand;
import dev.firn.cli.configure.ShowCommand;
import dev.firn.cli.configure.ValidateCommand;
import dev.firn.cli.daemon.InstallCommand;
import dev.firn.cli.daemon.RunCommand;
import dev.firn.cli.daemon.StartCommand;
import dev.firn.cli.daemon.StopCommand;
import dev.firn.cli.query.ExplainCommand;
import dev.firn.cli.query.ExportCommand;
import dev.firn.cli.query.MaintainCommand;
import dev.firn.cli.query.OverviewCommand;
import dev.firn.cli.query.RowsCommand;
import dev.firn.cli.query.SchemaCommand;
import dev.firn.cli.query.ShellCommand;
import dev.firn.cli.query.SqlCommand;
import dev.firn.cli.query.StatusCommand;
import dev.firn.cli.query.TablesCommand;
import dev.firn.cli.query.VerifyCommand;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartUpTest {

  /** picocli looks at every member of every command, whichever of them runs. */
  @ParameterizedTest
  @ValueSource(
      classes = {
        AppendCommand.class,
        ExplainCommand.class,
        ExportCommand.class,
        InitCommand.class,
        InstallCommand.class,
        MaintainCommand.class,
        OverviewCommand.class,
        RowsCommand.class,
        RunCommand.class,
        SchemaCommand.class,
        ShellCommand.class,
        SqlCommand.class,
        TablesCommand.class,
        ShowCommand.class,
        StartCommand.class,
        StatusCommand.class,
        dev.firn.cli.daemon.StatusCommand.class,
        StopCommand.class,
        ValidateCommand.class,
        VerifyCommand.class
      })
  void noMemberOfACommandLoadsALibraryThatHelpDoesNotNeed(Class<?> command) {
    Stream<Class<?>> fields = Arrays.stream(command.getDeclaredFields()).map(Field::getType);
    Stream<Class<?>> methods =
        Arrays.stream(command.getDeclaredMethods()).flatMap(StartUpTest::typesOf);

    assertThat(Stream.concat(fields, methods).map(Class::getName))
        .noneMatch(name -> name.startsWith("org.apache.") || name.startsWith("org.eclipse."));
  }

  private static Stream<Class<?>> typesOf(Method method) {
    return Stream.concat(
        Stream.of(method.getReturnType()), Arrays.stream(method.getParameterTypes()));
  }
}
