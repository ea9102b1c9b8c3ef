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
internal sealed class OptionFaults
{
    /// <summary>The longest window of frames; hours of video are smoothed over seconds.</summary>
    private const int MaxWindow = 10_001;

    private readonly string _component;
    private readonly string _place;
    private readonly List<string> _faults;

    /// <summary>Creates an empty collector.</summary>
    /// <param name="component">What the message begins with: the method or the record that the options belong to.</param>
    public OptionFaults(string component)
        : this(component, "", []) { }

    private OptionFaults(string component, string place, List<string> faults) =>
        (_component, _place, _faults) = (component, place, faults);

    /// <summary>The faults found so far, each without a period at its end.</summary>
    public IReadOnlyList<string> Found => _faults;

    /// <summary>Returns what a record says about itself, one sentence a fault; empty if nothing is wrong.</summary>
    public static IReadOnlyList<string> Of(Action<OptionFaults> check)
    {
        var faults = new OptionFaults("");
        check(faults);
        return [.. faults._faults.Select(fault => $"{fault}.")];
    }

    /// <summary>Returns a collector for options within these: it adds to the same list, and names them by path.</summary>
    /// <param name="options">Name of the property that holds the inner options.</param>
    public OptionFaults In(string options) => new(_component, $"{_place}{options}.", _faults);

    /// <summary>Any other check of one option: adds "name is value, expected …" unless <paramref name="holds"/>.</summary>
    public OptionFaults Expect(bool holds, string name, object? value, string expected) =>
        holds ? this : Add($"{_place}{name} is {Text(value)}, expected {expected}");

    /// <summary>Any other check: adds <paramref name="fault"/> if <paramref name="isWrong"/>.</summary>
    public OptionFaults If(bool isWrong, string fault) =>
        isWrong ? Add(_place.Length == 0 ? fault : $"{_place[..^1]}: {fault}") : this;

    /// <summary>More than 0, and finite; or null.</summary>
    public OptionFaults Positive(string name, double? value) =>
        Expect(value is null || (value > 0 && double.IsFinite(value.Value)), name, value, "more than 0");

    /// <summary>0 or more, and finite.</summary>
    public OptionFaults NotNegative(string name, double value) =>
        Expect(value >= 0 && double.IsFinite(value), name, value, "0 or more");

    /// <summary><paramref name="least"/> or more, or null.</summary>
    public OptionFaults AtLeast(string name, int? value, int least) =>
        Expect(!(value < least), name, value, $"at least {least}");

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, or null.</summary>
    public OptionFaults Within(string name, double? value, double least, double most) =>
        Expect(value is null || (value >= least && value <= most), name, value, $"{Text(least)} to {Text(most)}");

    /// <summary>Between <paramref name="least"/> and <paramref name="most"/>, and neither of them; or null.</summary>
    public OptionFaults Between(string name, double? value, double least, double most) =>
        Expect(
            value is null || (value > least && value < most),
            name,
            value,
            $"more than {Text(least)} and less than {Text(most)}"
        );

    /// <summary>A power of two, <paramref name="least"/> or more; or null.</summary>
    public OptionFaults PowerOfTwo(string name, int? value, int least = 1) =>
        Expect(
            value is null || (value >= least && int.IsPow2(value.Value)),
            name,
            value,
            least == 1 ? "a power of two" : $"a power of two, at least {least}"
        );

    /// <summary>A number of frames that has a middle one: odd, and at least 1.</summary>
    public OptionFaults OddFrames(string name, int value) =>
        Expect(
            value is >= 1 and <= MaxWindow && value % 2 == 1,
            name,
            value,
            $"an odd number of frames, at most {MaxWindow}: as many rows are held"
        );

    /// <summary>A value that the enum has a name for.</summary>
    public OptionFaults Defined<T>(string name, T value)
        where T : struct, Enum =>
        Expect(Enum.IsDefined(value), name, value, $"one of {string.Join(", ", Enum.GetNames<T>())}");

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
        if (_faults.Count == 1)
            throw new ArgumentException($"{_component}: {_faults[0]}.");
        if (_faults.Count > 1)
        {
            throw new ArgumentException(
                $"{_component}: {_faults.Count} options cannot be used:{string.Concat(_faults.Select(f => $"\n  {f}."))}"
            );
        }
    }

    // Two stages of a model may share an option, and a fault of it is one fault.
    private OptionFaults Add(string fault)
    {
        if (!_faults.Contains(fault))
            _faults.Add(fault);
        return this;
    }

    // A float that was widened to double is written as the float: 0.1, not 0.10000000149011612.
    private static string Text(object? value) =>
        value switch
        {
            null => "null",
            double whole when Math.Abs(whole) < 1e15 && whole == Math.Floor(whole) => ((long)whole).ToString(
                CultureInfo.InvariantCulture
            ),
            double number when (float)number == number => ((float)number).ToString(CultureInfo.InvariantCulture),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
}
