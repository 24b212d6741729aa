package io.tombolo.identity;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A process that presents the tokens of its standard input and prints those that were accepted.
final class RedeemAll {
  private RedeemAll() {}

  public static void main(String[] arguments) throws IOException {
    var tokens = new JoinTokens(Path.of(arguments[0]));
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    System.out.println("ready");
    for (var text : input.lines().toList()) {
      if (tokens.redeem(text, Ca.NOW) instanceof JoinTokens.Result.Accepted) {
        System.out.println(text);
      }
    }
  }
}
