package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.RETURNS_SELF;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import dev.echo.EchoServer;
import dev.echo.QuitScope;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

/** The timeouts of the server, without waiting for them. */
class DemoServerTest {

  /** How much longer than the timeout the library takes at most to close a server. */
  private static final Duration CLOSE_MARGIN = Duration.ofMillis(400);

  private final EchoServer.Builder builder = mock(EchoServer.Builder.class, RETURNS_SELF);
  private final ArgumentCaptor<Duration> timeout = ArgumentCaptor.forClass(Duration.class);

  @BeforeEach
  void configure() throws Exception {
    ServerOptions options = new ServerOptions(
        OptionsTest.of(2048), false, QuitScope.CONNECTION, null, false, ServerOutput.NOTHING);
    new DemoServer(options, null).configure(builder);
  }

  @Test
  void waitsHoursForAPerson() {
    verify(builder).idleTimeout(timeout.capture());

    Duration idle = timeout.getValue();
    assertTrue(idle.compareTo(Duration.ofHours(12)) > 0, idle::toString);
  }

  @Test
  void closesWithinASecond() {
    verify(builder).closeTimeout(timeout.capture());

    Duration longest = timeout.getValue().plus(CLOSE_MARGIN);
    assertTrue(longest.compareTo(Duration.ofSeconds(1)) < 0, longest::toString);
  }
}
