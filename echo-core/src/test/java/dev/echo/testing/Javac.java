package dev.echo.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.spi.ToolProvider;

/** The compiler of the JDK, in this process. */
public final class Javac {

  /** The library, and what the tests have. */
  public static final String CLASS_PATH = Path.of("target", "classes").toAbsolutePath()
      + File.pathSeparator
      + System.getProperty("java.class.path");

  private Javac() {}

  /** Compiles into a folder, without any message. */
  public static void compile(Path classes, Collection<Path> sources, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-d", classes.toString(), "-cp", CLASS_PATH));
    sources.forEach(source -> arguments.add(source.toString()));
    StringWriter printed = new StringWriter();
    PrintWriter writer = new PrintWriter(printed);
    ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();

    int status = javac.run(writer, writer, arguments.toArray(String[]::new));

    assertEquals("", printed.toString());
    assertEquals(0, status);
  }
}
