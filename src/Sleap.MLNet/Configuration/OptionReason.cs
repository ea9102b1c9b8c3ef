namespace Sleap.MLNet;

/// <summary>One proposed option, and why.</summary>
/// <param name="Network">The network it is of, by the name that progress calls it; empty for the whole model.</param>
/// <param name="Option">Its name, behind the options that it is in: <c>Training.Epochs</c>. <c>Type</c> is the type of
/// the model.</param>
/// <param name="Value">What is proposed.</param>
/// <param name="Reason">Why, with the numbers it follows from.</param>
public sealed record OptionReason(string Network, string Option, string Value, string Reason)
{
    /// <summary>One line.</summary>
    public override string ToString() => $"{(Network.Length == 0 ? "" : Network + ": ")}{Option} = {Value}: {Reason}";
}
