package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

class AdviceTest {

  @Test
  void namesAFirewallAfterATimeoutOfConnecting() {
    Advice advice = new Advice(DemoEndpoint.parse("tls://192.0.2.1:7"));

    String line = advice.onConnect(new SocketTimeoutException("Connect tcp://192.0.2.1:7: late"));

    assertEquals(
        "Connect tls://192.0.2.1:7: late; correct the endpoint or look for a firewall on the way",
        line);
  }
}
