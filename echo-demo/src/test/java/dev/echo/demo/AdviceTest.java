package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
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

  @Test
  void sendsAPlainClientOfAServerThatWantsTlsToTls() {
    DemoEndpoint plain = DemoEndpoint.parse("tcp://192.0.2.1:7");

    String line = new Advice(plain).onEcho(new SSLException("It is so"), plain.endpoint());

    assertEquals("It is so; use tls://HOST:PORT", line);
  }

  @Test
  void doesNotSendAClientThatHasTlsToTls() {
    DemoEndpoint secured = DemoEndpoint.parse("tls://192.0.2.1:7");

    String line = new Advice(secured).onEcho(new SSLException("It is so"), secured.endpoint());

    assertFalse(line.contains("use tls"), line);
  }
}
