namespace Signet.Formats;

/// <summary>What makes an OpenPGP key out of a key: its fingerprint covers the time (RFC 9580 section 5.5.4).</summary>
/// <param name="UserId">Name and address, for instance "Example Releases &lt;releases@example.com&gt;".</param>
/// <param name="CreatedAt">When the OpenPGP key was made, to the second; from 1970 to 2106.</param>
public sealed record OpenPgpIdentity(string UserId, DateTimeOffset CreatedAt);
