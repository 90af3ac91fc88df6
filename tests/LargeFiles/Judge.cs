using Signet.Testing.Tools;

namespace Signet.LargeFiles;

/// <summary>Another program's opinion of a signed file.</summary>
/// <param name="file">The file, and what the program needs beside it.</param>
/// <param name="cancellationToken">Ends the run.</param>
internal delegate Task<Verdict> Judge(JudgedFile file, CancellationToken cancellationToken);

/// <summary>A signed file with what a judge needs beside it.</summary>
/// <param name="Directory">For files of the judge.</param>
/// <param name="Content">Path of the file before it was signed.</param>
/// <param name="Signed">Path of the signed file, or of the signature where that is a file of its own.</param>
/// <param name="SigningRoots">PEM file with the root of the signer.</param>
/// <param name="TimestampRoots">PEM file with the root of the timestamp authority.</param>
/// <param name="PublicKey">PEM file with the public key.</param>
/// <param name="OpenPgpKey">The OpenPGP key in armour.</param>
/// <param name="Fingerprint">Of the OpenPGP key.</param>
internal sealed record JudgedFile(
    TemporaryDirectory Directory, string Content, string Signed, string SigningRoots, string TimestampRoots, string PublicKey,
    string OpenPgpKey, string Fingerprint);

/// <summary>What a judge says.</summary>
/// <param name="Program">The judge.</param>
/// <param name="Accepts">Whether it accepts.</param>
/// <param name="Words">What it printed.</param>
internal sealed record Verdict(string Program, bool Accepts, string Words);
