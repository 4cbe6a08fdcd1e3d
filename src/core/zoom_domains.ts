/** Zoom's own domains: commercial, government and China clouds (Zoom API reference, "Regions"). */
export const zoomDomains: readonly string[] = ["zoom.us", "zoomgov.com", "zoom.com.cn"];
