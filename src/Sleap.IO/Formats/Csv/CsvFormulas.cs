namespace Sleap.IO;

/// <summary>Names that a spreadsheet takes for formulas. Other programs must find them, so they are written as they are.</summary>
internal static class CsvFormulas
{
    private const string Signs = "=+-@";

    /// <summary>A sentence that names them; none where there are none.</summary>
    public static IEnumerable<string> Of(Labels labels)
    {
        string[] names =
        [
            .. labels
                .Skeletons.SelectMany(skeleton => skeleton.Nodes)
                .Concat(labels.Tracks.Select(track => track.Name))
                .Concat(labels.Videos.Select(video => video.Path))
                .Where(name => name.Length > 0 && Signs.Contains(name[0], StringComparison.Ordinal))
                .Distinct(StringComparer.Ordinal),
        ];
        return names.Length == 0
            ? []
            :
            [
                $"A spreadsheet may run these names as formulas: {string.Join(", ", names.Take(6).Select(n => $"'{n}'"))}.",
            ];
    }
}
