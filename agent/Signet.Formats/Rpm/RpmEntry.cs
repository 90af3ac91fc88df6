namespace Signet.Formats.Rpm;

/// <summary>One entry of a header.</summary>
/// <param name="Tag">What it says.</param>
/// <param name="Type">How it is written.</param>
/// <param name="Count">How many values.</param>
/// <param name="Data">Its bytes in the store.</param>
internal sealed record RpmEntry(int Tag, int Type, int Count, ReadOnlyMemory<byte> Data)
{
    /// <summary>At multiples of what its values begin.</summary>
    public int Alignment => Type switch { 3 => 2, 4 => 4, 5 => 8, _ => 1 };
}
