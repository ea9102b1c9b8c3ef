namespace Sleap.MLNet;

/// <summary>One proposed option, and why.</summary>
/// <param name="Network">The network it is of, by the name that progress calls it; empty for all.</param>
/// <param name="Option">Its name.</param>
/// <param name="Value">What is proposed.</param>
/// <param name="Reason">Why, with the numbers it follows from.</param>
public sealed record OptionReason(string Network, string Option, string Value, string Reason)
{
    /// <summary>One line.</summary>
    public override string ToString() => $"{(Network.Length == 0 ? "" : Network + ": ")}{Option} = {Value}: {Reason}";
}
