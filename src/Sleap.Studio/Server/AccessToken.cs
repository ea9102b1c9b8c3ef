using System.Security.Cryptography;
using System.Text;

namespace Sleap.Studio;

/// <summary>
/// The secret of one run, 256 bits. The page sends it with each request for data. The browser that the program opens
/// gets a code instead, because the arguments of a program can be read by others on the machine; the page exchanges it
/// for the secret, once and within a minute.
/// </summary>
internal sealed class AccessToken
{
    /// <summary>The header that carries the secret: not a cookie, which all ports of a host share.</summary>
    public const string Header = "Sleap-Studio-Token";

    private static readonly TimeSpan CodeTime = TimeSpan.FromMinutes(1);

    private readonly byte[] _hash;
    private string? _code;
    private DateTime _codeEnd;

    public AccessToken()
    {
        Secret = NewSecret();
        _hash = Hash(Secret);
    }

    public string Secret { get; }

    /// <summary>Whether a text is the secret, compared in constant time.</summary>
    public bool Accepts(string? given) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Hash(given), _hash);

    /// <summary>A new code, which replaces the one before.</summary>
    public string NewCode()
    {
        (_code, _codeEnd) = (NewSecret(), DateTime.UtcNow + CodeTime);
        return _code;
    }

    /// <summary>The secret for a code; null if the code is wrong, used or late.</summary>
    public string? Exchange(string? given)
    {
        var code = Volatile.Read(ref _code);
        if (code is null || given is null || DateTime.UtcNow > _codeEnd)
            return null;
        var isRight = CryptographicOperations.FixedTimeEquals(Hash(given), Hash(code));
        return isRight && Interlocked.CompareExchange(ref _code, null, code) == code ? Secret : null;
    }

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
