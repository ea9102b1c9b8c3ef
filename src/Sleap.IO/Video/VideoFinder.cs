namespace Sleap.IO;

/// <summary>
/// Where a video that a label file names is on this machine: as written, then by its file name beside the label file
/// (both as sleap-io), then under the relative path from the label file, then in the search folders.
/// </summary>
internal sealed class VideoFinder(string folder, IReadOnlyList<string> searchFolders)
{
    public string? Find(string name)
    {
        var path = name.Replace('\\', '/');
        if (path.Length == 0 || path.Contains('\0'))
            return null;
        var bare = path[(path.LastIndexOf('/') + 1)..];
        string[] candidates =
        [
            path,
            Path.Combine(folder, bare),
            Path.Combine(folder, path),
            .. searchFolders.SelectMany(s => new[] { Path.Combine(s, path), Path.Combine(s, bare) }),
        ];
        var found = candidates.FirstOrDefault(c => File.Exists(c));
        return found is null ? null : Path.GetFullPath(found);
    }
}
