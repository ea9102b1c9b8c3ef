using System.Globalization;

namespace Sleap.Transforms;

/// <summary>Collects what is wrong with options, to throw once with all of it.</summary>
internal sealed class OptionFaults(string component)
{
    private readonly List<string> _faults = [];

    public OptionFaults Columns(PoseColumnOptions? names)
    {
        if (names is null)
            return If(true, "Columns is null");
        try
        {
            names.Checked();
        }
        catch (ArgumentException fault)
        {
            _faults.Add(fault.Message.TrimEnd('.'));
        }
        return this;
    }

    public OptionFaults If(bool wrong, string fault)
    {
        if (wrong)
            _faults.Add(fault);
        return this;
    }

    public OptionFaults Positive(string name, double value) =>
        If(
            !(value > 0) || !double.IsFinite(value),
            string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, expected more than 0")
        );

    public OptionFaults AtLeast(string name, int value, int least) =>
        If(value < least, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, expected at least {least}"));

    public OptionFaults Defined<T>(string name, T value)
        where T : struct, Enum =>
        If(!Enum.IsDefined(value), $"{name} is {value}, expected one of {string.Join(", ", Enum.GetNames<T>())}");

    /// <summary>Two nodes that go together: both or neither, and different ones.</summary>
    public OptionFaults NodePair(string fromName, string? from, string toName, string? to, bool required = false) =>
        If((from is null) != (to is null), $"{fromName} and {toName} go together, and only one is given")
            .If(from is not null && from == to, $"{fromName} and {toName} are both '{from}'")
            .If(required && from is null && to is null, $"{fromName} and {toName} are not given");

    public OptionFaults OutputNames(params string?[] names) =>
        If(names.Any(string.IsNullOrEmpty), "an output column has no name")
            .If(
                names.Distinct(StringComparer.Ordinal).Count() < names.Length,
                $"the output columns have the names {string.Join(", ", names)}, expected different ones"
            );

    /// <exception cref="ArgumentException">Something was wrong.</exception>
    public void Throw()
    {
        if (_faults.Count > 0)
            throw new ArgumentException($"{component}: {string.Join("; ", _faults)}.");
    }
}
