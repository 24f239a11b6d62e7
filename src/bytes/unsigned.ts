/** What a URL names, however it is signed today. */

/** What signs a URL: names of S3 and Google; those that others share with questions, where there is a signature. */
const signing =
  /^(?:x-(?:amz|goog)-.*|awsaccesskeyid|googleaccessid|signature|expires|policy|key-pair-id|sig|se|st|sp|sv|sr|spr|sip|ske|skt|skv|sks|skoid|sktid)$/i;

/** A URL without what signs it, which is another one the next time. */
export function unsigned(url: string): string {
  const [, base, query] = /^([^?#]*)(?:\?([^#]*))?/.exec(url)!;
  const parts = (query ?? "").split("&").filter((part) => part !== "");
  if (!parts.some((part) => /^(?:x-(?:amz|goog)-signature|signature|sig)=/i.test(part))) return url;
  const rest = parts.filter((part) => !signing.test(part.split("=", 1)[0]!));
  return rest.length === 0 ? base! : `${base}?${rest.join("&")}`;
}
