namespace Signet.Testing.Cards;

/// <summary>A virtual card that a test wants: a program of ours that plugs itself into the virtual reader.</summary>
/// <param name="Program">The program, from the root of the repository.</param>
/// <param name="Options">What it is told beside its directory and its port.</param>
/// <param name="TokenLabels">Labels of the tokens that OpenSC makes of it, in the order of its slots.</param>
/// <param name="Pin">PIN of each of the tokens.</param>
public sealed record VirtualCard(string Program, IReadOnlyList<string> Options, IReadOnlyList<string> TokenLabels, string Pin)
{
    /// <summary>Slots 9a (RSA, PIN once) and 9c (P-256, PIN at each use). OpenSC labels the token by the subject of the first certificate.</summary>
    public static VirtualCard Piv { get; } = new("tests/assets/virtual-piv-card/card.py", [], ["Signet test card"], "123456");

    /// <summary>As <see cref="Piv"/>, and slot 9e (RSA), whose key "CARD AUTH key" is public and signs without a login.</summary>
    public static VirtualCard PivWithCardAuthentication { get; } = Piv with { Options = ["--card-authentication"] };

    /// <summary>
    /// "Authentication key" is on the first token and "Signature key" on the second: two labels, which every OpenPGP card has,
    /// and one serial number. The certificates are "aut" and "sig".
    /// </summary>
    public static VirtualCard OpenPgp { get; } =
        new("tests/assets/virtual-openpgp-card/card.py", [], ["OpenPGP card (User PIN)", "OpenPGP card (User PIN (sig))"], "123456");

    /// <summary>"Signet test key", with the certificate "sig".</summary>
    public static VirtualCard Gids { get; } = new("tests/assets/virtual-gids-card/card.py", [], ["GIDS card (UserPIN)"], "123456");

    /// <summary>Label of its only token, or of the first.</summary>
    public string TokenLabel => TokenLabels[0];
}
