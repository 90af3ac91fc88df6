namespace Signet.Tokens.Pkcs11;

/// <summary>More than one token matches the configuration; none is used.</summary>
internal sealed class AmbiguousTokenException(string message) : Exception(message);
