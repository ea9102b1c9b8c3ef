namespace Microsoft.ML.Data;

/// <summary>How an image comes to another shape.</summary>
internal enum ImageResizeMode
{
    Pad,
    Fill,
    CropAnchorTop,
    CropAnchorBottom,
    CropAnchorLeft,
    CropAnchorRight,
    CropAnchorCentral,
}
