using Net.Pkcs11Interop.Common;

namespace Signet.Tokens.Pkcs11;

/// <summary>A key that wants its PIN at each use did not take it. Nobody tries it again.</summary>
internal sealed class KeyPinRefusedException(CKR value) : Exception($"The key did not take the PIN ({ReturnValues.Name(value)}).");
