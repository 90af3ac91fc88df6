using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace Signet.Cli.Pins;

/// <summary>Reads a PIN from the console of Windows, key by key.</summary>
[SupportedOSPlatform("windows")]
internal static class ConsolePinReader
{
    /// <summary>Reads until Enter.</summary>
    /// <param name="pin">Takes what is typed.</param>
    /// <param name="prompt">Shows the prompt.</param>
    public static void Read(PinBuffer pin, Action prompt)
    {
        var before = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
        try
        {
            prompt();
            var high = '\0';
            while (!Take(Console.ReadKey(intercept: true).KeyChar, ref high, pin))
            {
            }
        }
        finally
        {
            Console.TreatControlCAsInput = before;
        }
    }

    private static bool Take(char key, ref char high, PinBuffer pin)
    {
        if (key < 0x80)
        {
            return PinKeys.Apply((byte)key, pin);
        }

        if (char.IsHighSurrogate(key))
        {
            high = key;
            return false;
        }

        Span<byte> bytes = stackalloc byte[4];
        var count = char.IsLowSurrogate(key)
            ? Encoding.UTF8.GetBytes([high, key], bytes)
            : Encoding.UTF8.GetBytes([key], bytes);
        foreach (var value in bytes[..count])
        {
            PinKeys.Add(value, pin);
        }

        CryptographicOperations.ZeroMemory(bytes);
        high = '\0';
        return false;
    }
}
