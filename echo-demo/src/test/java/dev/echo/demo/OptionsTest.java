package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.Framing;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

  static Options of(int bufferSize) {
    DemoEndpoint endpoint = DemoEndpoint.parse("tcp://127.0.0.1:0");
    return new Options(endpoint, null, bufferSize, "quit", Framing.LINES);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 21",
    "2048, 6162",
    "357913935, 1073741823",
    "357913936, 1073741824",
    "800000000, 1073741824",
    "1073741824, 1073741824"
  })
  void hasRoomForTheLargestReplyUpToALimit(int bufferSize, int replySize) {
    assertEquals(replySize, of(bufferSize).maxReplySize());
  }
}
