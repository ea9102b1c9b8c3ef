using System.Globalization;

namespace Sleap.Transforms;

/// <summary>Collects every fault of an options record, and throws one exception that lists them all.</summary>
/// <remarks>
/// An options record checks itself once, where it is handed over. Each check adds its fault or nothing, and
/// <see cref="Throw"/> ends the chain:
/// <code>
/// internal ClipOptions Checked()
/// {
///     new OptionFaults("Clip")
///         .Columns(Columns)
///         .AtLeast(nameof(Frames), Frames, 1)
///         .If(Start &gt; End, $"{nameof(Start)} is {Start}, expected at most {nameof(End)}, which is {End}")
///         .Throw();
///     return this;
/// }
/// </code>
/// A fault names the option, its value and what was expected, without a period at its end. Options that hold other
/// options pass the collector on to them. Add a check here when two records need it; others use <see cref="If"/>.
/// </remarks>
/// <param name="component">What the message begins with: the method that takes the options.</param>
internal sealed class OptionFaults(string component)
{
    private readonly List<string> _faults = [];

    /// <summary>Any other check: adds <paramref name="fault"/> if <paramref name="isWrong"/>.</summary>
    public OptionFaults If(bool isWrong, string fault)
    {
        if (isWrong)
            _faults.Add(fault);
        return this;
    }

    /// <summary>More than 0, and finite; or null.</summary>
    public OptionFaults Positive(string name, double? value) =>
        If(
            value is { } number && (!(number > 0) || !double.IsFinite(number)),
            string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, expected more than 0")
        );

    /// <summary>0 or more, and finite.</summary>
    public OptionFaults NotNegative(string name, double value) =>
        If(
            !(value >= 0) || !double.IsFinite(value),
            string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, expected 0 or more")
        );

    /// <summary><paramref name="least"/> or more, or null.</summary>
    public OptionFaults AtLeast(string name, int? value, int least) =>
        If(value < least, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, expected at least {least}"));

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, or null.</summary>
    public OptionFaults Within(string name, double? value, double least, double most) =>
        If(
            value is { } number && !(number >= least && number <= most),
            string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, expected {least} to {most}")
        );

    /// <summary>A number of frames that has a middle one: odd, and at least 1.</summary>
    public OptionFaults OddFrames(string name, int value) =>
        If(
            value < 1 || value % 2 == 0,
            string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, expected an odd number of frames")
        );

    /// <summary>A value that the enum has a name for.</summary>
    public OptionFaults Defined<T>(string name, T value)
        where T : struct, Enum =>
        If(!Enum.IsDefined(value), $"{name} is {value}, expected one of {string.Join(", ", Enum.GetNames<T>())}");

    /// <summary>Column names that are not empty, and different.</summary>
    public OptionFaults Columns(PoseColumnOptions? names)
    {
        if (names is null)
            return If(true, "Columns is null");
        var faults = names.Faults();
        return If(faults.Count > 0, $"Column names: {string.Join("; ", faults)}");
    }

    /// <summary>A name of an output column; null stands for the input column.</summary>
    public OptionFaults OutputName(string? name) => If(name == "", "the output column has no name");

    /// <summary>Names of several output columns: not empty, and different.</summary>
    public OptionFaults OutputNames(params string?[] names) =>
        If(names.Any(string.IsNullOrEmpty), "an output column has no name")
            .If(
                names.Distinct(StringComparer.Ordinal).Count() < names.Length,
                $"the output columns have the names {string.Join(", ", names)}, expected different ones"
            );

    /// <summary>Two nodes that go together: both or neither, and different ones.</summary>
    public OptionFaults NodePair(string fromName, string? from, string toName, string? to, bool isRequired = false) =>
        If((from is null) != (to is null), $"{fromName} and {toName} go together, and only one is given")
            .If(from is not null && from == to, $"{fromName} and {toName} are both '{from}'")
            .If(isRequired && from is null && to is null, $"{fromName} and {toName} are not given");

    /// <summary>The nodes along a body: two different ones at least.</summary>
    public OptionFaults BodyNodes(string name, IReadOnlyList<string>? nodes) =>
        If(
            nodes is null || nodes.Count < 2 || nodes.Distinct().Count() < nodes.Count,
            $"{name} is {(nodes is null ? "null" : string.Join(", ", nodes))}, expected two different nodes at least"
        );

    /// <summary>Ends the chain.</summary>
    /// <exception cref="ArgumentException">A check failed; the message lists every fault.</exception>
    public void Throw()
    {
        if (_faults.Count > 0)
            throw new ArgumentException($"{component}: {string.Join("; ", _faults)}.");
    }
}
