using System.Globalization;
using System.Numerics;
using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// Which plain types ML.NET converts to which: signed and unsigned integers among their own kind, all numbers to floating point,
/// truth values and text; text to all; times to ticks. Floating point is never cut to an integer.
/// </summary>
internal static class ValueConversions
{
    private static readonly Type[] _signed = [typeof(sbyte), typeof(short), typeof(int), typeof(long)];
    private static readonly Type[] _unsigned = [typeof(byte), typeof(ushort), typeof(uint), typeof(ulong)];
    private static readonly Type[] _floating = [typeof(float), typeof(double)];

    /// <summary>Func&lt;from, to&gt;, or null when there is no such conversion.</summary>
    public static Delegate FindOrNull(Type from, Type to)
    {
        if (to == typeof(ReadOnlyMemory<char>))
            return Make(nameof(ToText), from);
        if (from == typeof(ReadOnlyMemory<char>))
            return FromTextOrNull(to);
        if (from == typeof(bool))
            return to == typeof(bool) ? (Func<bool, bool>)(value => value)
                : _signed.Concat(_floating).Contains(to) ? Make(nameof(FromTruth), to) : null;
        if (to == typeof(bool))
            return IsNumber(from) ? Make(nameof(ToTruth), from) : null;
        if (IsNumber(from) && IsNumber(to))
            return NumberOrNull(from, to);
        return FromTimeOrNull(from, to);
    }

    private static bool IsNumber(Type type) => _signed.Contains(type) || _unsigned.Contains(type) || _floating.Contains(type);

    private static Delegate NumberOrNull(Type from, Type to)
    {
        if (_unsigned.Contains(from) && _unsigned.Contains(to))
            return Make(nameof(Unsigned), from, to);
        bool isAllowed = _floating.Contains(to) || (_signed.Contains(from) && _signed.Contains(to));
        return isAllowed ? Make(nameof(Number), from, to) : null;
    }

    private static Delegate FromTimeOrNull(Type from, Type to)
    {
        if (from == typeof(DateTime) && to == typeof(DateTime))
            return (Func<DateTime, DateTime>)(value => value);
        if (to != typeof(long) && !_floating.Contains(to))
            return null;
        if (from == typeof(TimeSpan))
            return Make(nameof(Ticks), from, to);
        return from == typeof(DateTime) || from == typeof(DateTimeOffset) ? Make(nameof(Ticks), from, to) : null;
    }

    private static Delegate Make(string method, params Type[] types)
        => (Delegate)typeof(ValueConversions).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static).MakeGenericMethod(types).Invoke(null, null);

    private static Func<TIn, TOut> Number<TIn, TOut>() where TIn : INumberBase<TIn> where TOut : INumberBase<TOut>
        => TOut.CreateTruncating;

    /// <summary>What does not fit becomes 0, which of a key is "missing".</summary>
    private static Func<TIn, TOut> Unsigned<TIn, TOut>() where TIn : IBinaryInteger<TIn> where TOut : IBinaryInteger<TOut>, IMinMaxValue<TOut>
    {
        ulong largest = ulong.CreateTruncating(TOut.MaxValue);
        return value => ulong.CreateTruncating(value) <= largest ? TOut.CreateTruncating(value) : TOut.Zero;
    }

    private static Func<T, bool> ToTruth<T>() where T : INumberBase<T> => value => value != T.Zero;

    private static Func<bool, T> FromTruth<T>() where T : INumberBase<T> => value => value ? T.One : T.Zero;

    private static Func<TIn, TOut> Ticks<TIn, TOut>() where TOut : INumberBase<TOut> => value => TOut.CreateTruncating((object)value switch
    {
        TimeSpan span => span.Ticks,
        DateTime time => time.Ticks,
        DateTimeOffset time => time.UtcDateTime.Ticks,
        _ => throw new InvalidOperationException($"No ticks in a {typeof(TIn)}"),
    });

    private static Func<T, ReadOnlyMemory<char>> ToText<T>()
    {
        if (typeof(T) == typeof(ReadOnlyMemory<char>))
            return value => (ReadOnlyMemory<char>)(object)value;
        return value => TextOf(value).AsMemory();
    }

    internal static string TextOf(object value) => value switch
    {
        float number => number.ToString("G7", CultureInfo.InvariantCulture),
        double number => number.ToString("G17", CultureInfo.InvariantCulture),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("o", CultureInfo.InvariantCulture),
        DataViewRowId id => $"0x{id}",
        IFormattable plain => plain.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static Delegate FromTextOrNull(Type to)
    {
        if (to == typeof(bool))
            return (Func<ReadOnlyMemory<char>, bool>)ParseTruth;
        if (_floating.Contains(to))
            return Make(nameof(ParseFloating), to);
        if (IsNumber(to))
            return Make(nameof(ParseInteger), to);
        return to == typeof(TimeSpan) || to == typeof(DateTime) || to == typeof(DateTimeOffset) ? Make(nameof(ParseTime), to) : null;
    }

    /// <summary>Empty is 0, and what is no number is NaN.</summary>
    private static Func<ReadOnlyMemory<char>, T> ParseFloating<T>() where T : IFloatingPointIeee754<T> => text =>
    {
        if (text.Span.IsWhiteSpace())
            return T.Zero;
        return T.TryParse(text.Span, NumberStyles.Float, CultureInfo.InvariantCulture, out T value) ? value : T.NaN;
    };

    private static Func<ReadOnlyMemory<char>, T> ParseInteger<T>() where T : IBinaryInteger<T> => text =>
    {
        if (text.Span.IsWhiteSpace())
            return T.Zero;
        if (T.TryParse(text.Span, NumberStyles.Integer, CultureInfo.InvariantCulture, out T value))
            return value;
        // Unsigned integers become 0 for what is no number, signed ones are an error.
        if (T.IsNegative(T.Zero - T.One))
            throw Contracts.Except($"Value could not be parsed from text to {NameOf(typeof(T))}.");
        return T.Zero;
    };

    private static string NameOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.SByte => "sbyte",
        TypeCode.Int16 => "short",
        TypeCode.Int32 => "int",
        _ => "long",
    };

    /// <summary>What is no time is the default.</summary>
    private static Func<ReadOnlyMemory<char>, T> ParseTime<T>() where T : ISpanParsable<T>
        => text => T.TryParse(text.Span, CultureInfo.InvariantCulture, out T value) ? value : default;

    private static bool ParseTruth(ReadOnlyMemory<char> text)
        => text.ToString().Trim().ToLowerInvariant() is "1" or "+1" or "+" or "t" or "y" or "yes" or "true";
}
