package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.Echo;
import dev.echo.Message;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConsoleTest {

  @Test
  void printsTheRoundTripInMilliseconds() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Console console = new Console(InputStream.nullInputStream(), out, System.err, false);

    for (long nanos : new long[] {1_234_567, 2_000_000_000, 999}) {
      console.print(new Echo(Message.of("a"), Duration.ofNanos(nanos), false));
    }

    assertEquals("a  1.234 ms\na  2000.000 ms\na  0.000 ms\n", out.toString(UTF_8));
  }
}
