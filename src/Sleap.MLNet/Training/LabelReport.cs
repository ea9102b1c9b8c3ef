using Microsoft.ML.Runtime;

namespace Sleap.MLNet;

/// <summary>What is said of labels that cannot be used.</summary>
/// <param name="Component">Who says it.</param>
/// <param name="Purpose">What the labels are for: training, or validation.</param>
/// <param name="Channel">Where warnings go.</param>
internal sealed record LabelReport(string Component, string Purpose, IChannel Channel)
{
    /// <exception cref="InvalidOperationException">Always.</exception>
    public void ThrowUnlabelled(int rows, string column) =>
        throw new InvalidOperationException(
            rows == 0
                ? $"{Component}: the {Purpose} data has no rows."
                : $"{Component}: none of the {rows} rows of the {Purpose} data is labelled: every node in '{column}' "
                    + $"is "
                    + $"missing (NaN)."
        );

    public void Unlabelled(IReadOnlyList<long> rows, int labelled, string column)
    {
        if (rows.Count > 0)
        {
            Channel.Warning(
                MessageSensitivity.None,
                "{0} of {1} rows of the {2} data have no visible node in '{3}' and are left out: rows {4}.",
                rows.Count,
                rows.Count + labelled,
                Purpose,
                column,
                string.Join(", ", rows.Take(20)) + (rows.Count > 20 ? " …" : "")
            );
        }
    }
}
