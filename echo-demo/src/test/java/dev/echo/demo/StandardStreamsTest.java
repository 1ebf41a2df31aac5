package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.mockito.Mockito.mock;

import java.io.Console;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandardStreamsTest {

  @Test
  void isNoTerminalWithoutAConsole() {
    assertFalse(StandardStreams.isTerminal((Console) null));
  }

  /** Not every JDK since 22 has such a console by itself. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = "Each console is a terminal before")
  void isATerminalIfTheConsoleSaysSo(boolean isTerminal) {
    Console console = mock(Console.class, call -> isTerminal);

    assertEquals(isTerminal, StandardStreams.isTerminal(console));
  }
}
