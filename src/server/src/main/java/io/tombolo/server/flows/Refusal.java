package io.tombolo.server.flows;

/// Why a call that was reported is not kept, or a report not read.
public enum Refusal {
  NOT_SERVED("of a service that the sender does not serve"),
  BANNED("by a sender that is banned"),
  TOO_LARGE("in a message that is too large"),
  DROPPED("more than could be read in time"),
  UNKNOWN_CALLER("of a caller that nobody has given a certificate to"),
  TOO_LONG("with more than 1024 characters that would be kept"),
  UNREADABLE("without one caller, a method and a path"),
  UNJUDGED("that ended before any rule was asked");

  private final String words;

  Refusal(String words) {
    this.words = words;
  }

  /// What it was, in words.
  public String words() {
    return words;
  }
}
